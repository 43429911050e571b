using System.Globalization;
using System.Security.Cryptography;
using RedshiftEtl.Sandbox.Faults;

namespace RedshiftEtl.Sandbox;

/// <summary>What the sandbox was asked to be.</summary>
internal sealed record SandboxOptions
{
    /// <summary>The environment variable that may hold the password, so that it needn't stand on a command line.</summary>
    public const string PasswordVariable = "REDSHIFTETL_SANDBOX_PASSWORD";

    /// <summary>The folder that keeps tables and objects from one start to the next; null for one that is removed at the end.</summary>
    public string? DataFolder { get; init; }

    /// <summary>The Redshift endpoint's port; 0 for a free one.</summary>
    public int RedshiftPort { get; init; }

    /// <summary>The S3 endpoint's port; 0 for a free one.</summary>
    public int S3Port { get; init; }

    /// <summary>The warehouse's superuser.</summary>
    public string User { get; init; } = "etl";

    /// <summary>Its password; random unless given.</summary>
    public string Password { get; init; } = "";

    /// <summary>The warehouse's database.</summary>
    public string Database { get; init; } = "dev";

    /// <summary>The bucket that is there from the start.</summary>
    public string Bucket { get; init; } = "sandbox";

    /// <summary>Whether the sandbox outlives its standard input.</summary>
    public bool KeepRunning { get; init; }

    /// <summary>Whether the warehouse is Redshift Serverless, without the system objects of a provisioned cluster (redshift-facts 6).</summary>
    public bool Serverless { get; init; }

    /// <summary>The faults that are asked for from the start, in their order.</summary>
    public IReadOnlyList<FaultRule> Faults { get; init; } = [];

    /// <summary>Reads the command line.</summary>
    /// <param name="arguments">The arguments.</param>
    /// <param name="environment">Reads an environment variable.</param>
    /// <exception cref="SandboxException">An argument makes no sense; the message says which.</exception>
    public static SandboxOptions Parse(IReadOnlyList<string> arguments, Func<string, string?> environment)
    {
        var options = new SandboxOptions { Password = environment(PasswordVariable) is { Length: > 0 } password ? password : RandomPassword() };
        for (int i = 0; i < arguments.Count; i++)
        {
            string name = arguments[i];
            if (name is "--keep-running" or "--serverless")
            {
                options = name == "--serverless" ? options with { Serverless = true } : options with { KeepRunning = true };
                continue;
            }
            string Value() => ++i < arguments.Count && arguments[i].Length > 0 ? arguments[i] : throw new SandboxException($"The option {name} needs a value.");
            options = name switch
            {
                "--data" => options with { DataFolder = Path.GetFullPath(Value()) },
                "--redshift-port" => options with { RedshiftPort = Port(name, Value()) },
                "--s3-port" => options with { S3Port = Port(name, Value()) },
                "--user" => options with { User = Value() },
                "--password" => options with { Password = Value() },
                "--database" => options with { Database = Value() },
                "--bucket" => options with { Bucket = Value() },
                "--fault" => options with { Faults = [.. options.Faults, Fault(Value())] },
                _ => throw new SandboxException($"The sandbox doesn't know the option {name}; it knows --data, --redshift-port, --s3-port, --user, --password, --database, --bucket, --serverless, --fault and --keep-running."),
            };
        }
        return options;
    }

    /// <summary>A random name or secret of letters and digits.</summary>
    public static string RandomPassword() => RandomNumberGenerator.GetString("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", 32);

    // A record prints its properties; the password stays out of logs.
    private bool PrintMembers(System.Text.StringBuilder text)
    {
        text.Append(CultureInfo.InvariantCulture, $"DataFolder = {DataFolder}, User = {User}, Database = {Database}, Bucket = {Bucket}");
        return true;
    }

    private static FaultRule Fault(string json)
    {
        try
        {
            return FaultRule.Read(json);
        }
        catch (ArgumentException error)
        {
            throw new SandboxException(error.Message, error);
        }
    }

    private static int Port(string name, string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port <= 65535 ? port : throw new SandboxException($"The option {name} needs a port number between 0 and 65535, not '{value}'.");
}

/// <summary>Why the sandbox can't start, in one sentence for its user.</summary>
internal sealed class SandboxException(string message, Exception? inner = null) : Exception(message, inner);
