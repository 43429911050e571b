using System.Text.RegularExpressions;

namespace RedshiftEtl.Engine.Maintain;

/// <summary>A view that is bound to a table: it holds the table by its oid, so it must go before the table goes (fact sheet 4).</summary>
internal sealed partial record BoundView
{
    /// <summary>The view's oid.</summary>
    public required long Id { get; init; }

    /// <summary>Its schema.</summary>
    public required string Schema { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>The user that owns it.</summary>
    public required string Owner { get; init; }

    /// <summary>Its SELECT.</summary>
    public required string Query { get; init; }

    /// <summary>Its comment, or null.</summary>
    public string? Comment { get; init; }

    /// <summary>Its columns, in order.</summary>
    public required IReadOnlyList<BoundViewColumn> Columns { get; init; }

    /// <summary>The rights that others than its owner have.</summary>
    public required IReadOnlyList<TableGrant> Grants { get; init; }

    /// <summary>The name as a user writes it.</summary>
    public string FullName => $"{Schema}.{Name}";

    /// <summary>The view as lines, one per property. Of its query only what matters: a server that reads its own text back adds casts between its two names of one type.</summary>
    public IEnumerable<string> Describe()
    {
        yield return $"view {FullName}: {Noise().Replace(Query, "")}";
        yield return $"owner of view {FullName}: {Owner}";
        yield return $"comment of view {FullName}: {Comment}";
        foreach (BoundViewColumn column in Columns)
        {
            yield return $"column of view {FullName}: {column.Name} {column.Type} {column.Comment}";
        }

        foreach (TableGrant grant in Grants)
        {
            yield return $"view {FullName}: {grant}";
        }
    }

    [GeneratedRegex(@"::(text|character varying)(?!\()|[()\s]+", RegexOptions.CultureInvariant)]
    private static partial Regex Noise();
}

/// <summary>A view's column.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type with length; varchar under one name.</param>
/// <param name="Comment">Its comment, or null.</param>
internal sealed record BoundViewColumn(string Name, string Type, string? Comment);
