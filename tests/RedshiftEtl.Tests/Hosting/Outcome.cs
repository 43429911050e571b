using System.Globalization;
using System.Management.Automation;

namespace RedshiftEtl.Tests.Hosting;

/// <summary>Everything that a script wrote.</summary>
public sealed record Outcome(
    IReadOnlyList<PSObject> Output,
    IReadOnlyList<ErrorRecord> Errors,
    IReadOnlyList<string> Warnings,
    IReadOnlyList<string> Verbose,
    IReadOnlyList<string> Debug,
    IReadOnlyList<string> Information,
    ErrorRecord? Terminating)
{
    /// <summary>The only object, where nothing went wrong.</summary>
    public PSObject Only()
    {
        Clean();
        return Assert.Single(Output);
    }

    /// <summary>Properties of the only object, joined by |, NULL as ∅.</summary>
    public string Only(params string[] properties)
    {
        PSObject item = Only();
        return Show(properties.Select(name => item.Properties[name].Value));
    }

    /// <summary>Values joined by |, NULL as ∅.</summary>
    public static string Show(IEnumerable<object?> values) =>
        string.Join('|', values.Select(value => value is null ? "∅" : Convert.ToString(value, CultureInfo.InvariantCulture)));

    /// <summary>This outcome, if nothing went wrong.</summary>
    public Outcome Clean()
    {
        string[] errors = Errors.Append(Terminating).OfType<ErrorRecord>().Select(error => $"{error.FullyQualifiedErrorId}: {error}").ToArray();
        Assert.True(errors.Length == 0, string.Join('\n', errors));
        return this;
    }

    /// <summary>The only error, which must be one of the module's: id, category, target and advice are all there.</summary>
    public ErrorRecord Fault(string name)
    {
        ErrorRecord error = Assert.Single(Errors.Append(Terminating).OfType<ErrorRecord>());
        Assert.StartsWith(name + ",", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.NotEqual(ErrorCategory.NotSpecified, error.CategoryInfo.Category);
        Assert.NotNull(error.TargetObject);
        Assert.False(string.IsNullOrWhiteSpace(error.ErrorDetails?.RecommendedAction), "no advice");
        return error;
    }
}
