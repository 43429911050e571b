using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Text.Json;
using RedshiftEtl.Sandbox;

namespace RedshiftEtl.Commands;

/// <summary>Starts a stand-in for Redshift and S3 on this machine. It ends with Stop-EtlSandbox or with this process.</summary>
[Cmdlet(VerbsLifecycle.Start, "EtlSandbox")]
[OutputType(typeof(EtlSandbox))]
public sealed class StartEtlSandboxCommand : PathCommand
{
    /// <summary>A folder for its data, kept at the end and usable again; a fresh one, removed at the end, if not given.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    public string? DataPath { get; set; }

    /// <summary>TCP port of the Redshift endpoint, 1 to 65535; a free one if not given.</summary>
    [Parameter]
    [ValidateRange(1, 65535)]
    public int? RedshiftPort { get; set; }

    /// <summary>TCP port of the S3 endpoint, 1 to 65535; a free one if not given.</summary>
    [Parameter]
    [ValidateRange(1, 65535)]
    public int? S3Port { get; set; }

    /// <summary>Faults that strike from the start, as tables: Kind (Statement, S3, Credentials, Load) and what belongs to it; see about_EtlSandbox.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public IDictionary[]? Fault { get; set; }

    /// <summary>Stands in for Redshift Serverless, which has no STL and STV objects, and not for a provisioned cluster.</summary>
    [Parameter]
    public SwitchParameter Serverless { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        List<string> arguments = [];
        if (DataPath is not null)
        {
            arguments.AddRange(["--data", Require(() => ResolvePath(DataPath))]);
        }

        AddPort("--redshift-port", RedshiftPort);
        AddPort("--s3-port", S3Port);
        if (Serverless)
        {
            arguments.Add("--serverless");
        }

        foreach (IDictionary fault in Fault ?? [])
        {
            arguments.AddRange(["--fault", ToJson(fault)]);
        }

        WriteObject(Require(() => Run((_, cancel) => SandboxProcess.StartAsync(arguments, cancel))));

        void AddPort(string option, int? port)
        {
            if (port is not null)
            {
                arguments.AddRange([option, port.Value.ToString(CultureInfo.InvariantCulture)]);
            }
        }
    }

    /// <summary>The table as the sandbox's command line takes it. What it means is known to the sandbox alone, which also says what is wrong with it.</summary>
    private static string ToJson(IDictionary fault) => JsonSerializer.Serialize(fault.Cast<DictionaryEntry>().ToDictionary(
        entry => JsonNamingPolicy.CamelCase.ConvertName(entry.Key.ToString()!),
        entry => PSObject.AsPSObject(entry.Value ?? "").BaseObject is int or long ? entry.Value : entry.Value?.ToString()));
}
