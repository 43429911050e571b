using System.Collections;
using System.Management.Automation;
using RedshiftEtl.Tests.Hosting;

namespace RedshiftEtl.Tests;

/// <summary>What Get-Help gives offline, against what the cmdlets are.</summary>
public sealed class HelpTests : IDisposable
{
    private readonly ModuleSession _session = new();
    private readonly List<CmdletInfo> _cmdlets;

    public HelpTests() =>
        _cmdlets = _session.Run("Get-Command -Module RedshiftEtl -CommandType Cmdlet").Clean().Output.Select(item => (CmdletInfo)item.BaseObject).ToList();

    [Fact]
    public void Every_cmdlet_has_a_synopsis_a_description_examples_and_links() => Assert.All(_cmdlets, cmdlet =>
    {
        PSObject help = Help(cmdlet.Name);
        Assert.Contains(help.TypeNames, name => name.StartsWith("MamlCommandHelpInfo", StringComparison.Ordinal));
        Assert.False(string.IsNullOrWhiteSpace(Text(help, "Synopsis")));
        Assert.All(Items(help, "description"), paragraph => Assert.False(string.IsNullOrWhiteSpace(Text(paragraph, "Text"))));
        PSObject[] examples = Items(help, "examples", "example");
        Assert.True(examples.Length >= 3, $"{examples.Length} examples");
        Assert.All(examples, example => Assert.False(string.IsNullOrWhiteSpace(Text(example, "code"))));
        Assert.NotEmpty(Items(help, "relatedLinks", "navigationLink"));
        Assert.NotEmpty(Items(help, "returnValues", "returnValue"));
    });

    [Fact]
    public void Help_describes_the_parameters_that_the_cmdlets_have_as_they_are() => Assert.All(_cmdlets, cmdlet =>
    {
        PSObject help = Help(cmdlet.Name);
        string[] documented = Items(help, "parameters", "parameter").Select(Signature).Order(StringComparer.Ordinal).ToArray();
        string[] actual = cmdlet.Parameters.Values.Where(IsOwn).Select(Signature).Order(StringComparer.Ordinal).ToArray();
        Assert.Equal(actual, documented);
        Assert.All(Items(help, "parameters", "parameter"), parameter => Assert.NotEmpty(Items(parameter, "description")));
    });

    [Fact]
    public void Syntax_has_each_parameter_set() => Assert.All(_cmdlets, cmdlet =>
    {
        string[] documented = Items(Help(cmdlet.Name), "syntax", "syntaxItem")
            .Select(set => string.Join(' ', Items(set, "parameter").Select(parameter => Text(parameter, "name") + (Text(parameter, "required") == "true" ? "!" : "")).Order(StringComparer.Ordinal)))
            .Order(StringComparer.Ordinal).ToArray();
        string[] actual = cmdlet.ParameterSets
            .Select(set => string.Join(' ', set.Parameters.Where(parameter => IsOwn(cmdlet.Parameters[parameter.Name])).Select(parameter => parameter.Name + (parameter.IsMandatory ? "!" : "")).Order(StringComparer.Ordinal)))
            .Order(StringComparer.Ordinal).ToArray();
        Assert.Equal(actual, documented);
    });

    [Fact]
    public void One_parameter_can_be_asked_for() =>
        Assert.Contains("Initial", Text(Items(_session.Run("Get-Help Invoke-EtlJob -Parameter Load").Only(), "description").First(), "Text"), StringComparison.Ordinal);

    [Fact]
    public void Every_topic_of_the_documentation_is_found()
    {
        string docs = Path.Combine(Path.GetDirectoryName(ModuleSession.ManifestPath)!, "docs");
        string[] topics = Directory.GetFiles(docs, "about_*.md").Select(file => Path.GetFileNameWithoutExtension(file)).ToArray();
        Assert.NotEmpty(topics);
        Assert.All(topics, topic => Assert.Contains("SHORT DESCRIPTION", _session.Run($"Get-Help {topic}").Only().ToString(), StringComparison.Ordinal));
    }

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();

    private static bool IsOwn(ParameterMetadata parameter) => !Cmdlet.CommonParameters.Contains(parameter.Name);

    private static string Signature(ParameterMetadata parameter)
    {
        ParameterSetMetadata[] sets = [.. parameter.ParameterSets.Values];
        int[] positions = sets.Select(set => set.Position).Where(position => position != int.MinValue).Distinct().ToArray();
        string pipeline = (sets.Any(set => set.ValueFromPipeline), sets.Any(set => set.ValueFromPipelineByPropertyName)) switch
        {
            (true, true) => "by value; by property name",
            (true, false) => "by value",
            (false, true) => "by property name",
            _ => "no",
        };
        return Show(
            parameter.Name,
            TypeName((Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType).Name),
            sets.Any(set => set.IsMandatory),
            positions.Length == 0 ? "named" : string.Join(' ', positions),
            pipeline,
            parameter.Name is "WhatIf" or "Confirm" ? "" : string.Join(", ", parameter.Aliases.Order(StringComparer.Ordinal)));
    }

    private static string Signature(PSObject parameter)
    {
        // «true (by value; by property name (PSPath))» in the XML: the names in the inner brackets are told by the aliases.
        string pipeline = Text(parameter, "pipelineInput");
        pipeline = pipeline == "false" ? "no" : pipeline["true (".Length..^1].Split(" (")[0];
        string aliases = Text(parameter, "aliases");
        return Show(
            Text(parameter, "name"),
            TypeName(Text(parameter, "type", "name")),
            Text(parameter, "required") == "true",
            Text(parameter, "position"),
            pipeline,
            aliases == "none" ? "" : string.Join(", ", aliases.Split(", ").Order(StringComparer.Ordinal)));
    }

    private static string Show(string name, string type, bool required, string position, string pipeline, string aliases) =>
        $"{name}: {type}{(required ? ", required" : "")}, {position}, {pipeline}, [{aliases}]";

    private static string TypeName(string type) => type[(type.LastIndexOf('.') + 1)..];

    private PSObject Help(string name) => _session.Run($"Get-Help {name} -Full").Only();

    private static string Text(PSObject item, params string[] path)
    {
        object? value = item;
        foreach (string name in path)
        {
            value = value is null ? null : PSObject.AsPSObject(value).Properties[name]?.Value;
        }

        return value?.ToString() ?? "";
    }

    private static PSObject[] Items(PSObject item, params string[] path)
    {
        object? value = item;
        foreach (string name in path)
        {
            value = value is null ? null : PSObject.AsPSObject(value).Properties[name]?.Value;
        }

        object? items = value is PSObject wrapped && wrapped.BaseObject is IEnumerable ? wrapped.BaseObject : value;
        return items switch
        {
            null => [],
            string text => [PSObject.AsPSObject(text)],
            IEnumerable several => [.. several.Cast<object>().Select(PSObject.AsPSObject)],
            _ => [PSObject.AsPSObject(items)],
        };
    }
}
