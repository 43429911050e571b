namespace RedshiftEtl.Engine.Plan;

/// <summary>What a server's SQL has beyond standard strings, quoted names and comments: all that is needed to find where a <c>@name</c> is a parameter.</summary>
/// <param name="BackslashEscapes">A backslash escapes inside '…'.</param>
/// <param name="EscapeStrings">E'…' with backslash escapes.</param>
/// <param name="DollarQuotes">$tag$ … $tag$ strings.</param>
/// <param name="Brackets">[name] quotes a name.</param>
/// <param name="Backticks">`name` quotes a name.</param>
/// <param name="NestedComments">/* */ nests.</param>
public sealed record SqlDialect(bool BackslashEscapes, bool EscapeStrings, bool DollarQuotes, bool Brackets, bool Backticks, bool NestedComments)
{
    /// <summary># begins a comment, -- only before white space, and a backslash escapes inside "…" too: MySQL.</summary>
    public bool IsMySql { get; init; }

    /// <summary>]] inside [name] is one bracket of the name.</summary>
    public bool DoubledBrackets { get; init; }

    /// <summary>Standard SQL and nothing more.</summary>
    public static SqlDialect Ansi { get; } = new(false, false, false, false, false, false);

    /// <summary>MySQL and MariaDB without ANSI_QUOTES and NO_BACKSLASH_ESCAPES, which a source's session turns off.</summary>
    public static SqlDialect MySql { get; } = new(true, false, false, false, true, false) { IsMySql = true };

    /// <summary>SQL Server.</summary>
    public static SqlDialect SqlServer { get; } = new(false, false, false, true, false, true) { DoubledBrackets = true };

    /// <summary>PostgreSQL with standard_conforming_strings on.</summary>
    public static SqlDialect PostgreSql { get; } = new(false, true, true, false, false, true);

    /// <summary>Redshift: backslash escapes in ordinary strings (fact sheet 1.5 rule 6).</summary>
    public static SqlDialect Redshift { get; } = new(true, true, true, false, false, true);

    /// <summary>SQLite, which takes the names of its neighbours too.</summary>
    public static SqlDialect Sqlite { get; } = new(false, false, false, true, true, false);
}
