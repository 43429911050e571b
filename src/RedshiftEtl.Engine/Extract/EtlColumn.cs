namespace RedshiftEtl.Engine.Extract;

/// <summary>A column of an extract.</summary>
/// <param name="Name">The name as the source gives it.</param>
/// <param name="SourceType">The source's own name of the type, e.g. <c>numeric(10,2)</c>; empty where the source has none.</param>
/// <param name="RedshiftType">The Redshift type that holds every value of it (fact sheet 7.4), e.g. <c>DECIMAL(10,2)</c>.</param>
public sealed record EtlColumn(string Name, string SourceType, string RedshiftType)
{
    /// <summary>Whether the source holds its values to the type; SQLite and text files hold any value in any column.</summary>
    public bool IsDeclared { get; init; } = true;

    /// <summary>Name and Redshift type.</summary>
    public override string ToString() => $"{Name} {RedshiftType}";
}
