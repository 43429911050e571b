using System.Globalization;
using RedshiftEtl.Sandbox.Redshift.Wire;

namespace RedshiftEtl.Sandbox.Redshift.Session;

/// <summary>Puts the private PostgreSQL's errors into Redshift's words.</summary>
internal static class ErrorWords
{
    /// <summary>How the names of the constraints that stand for Redshift's type limits start; then follow a column number
    /// and the type, as <c>rs$2$character varying(3)</c>.</summary>
    public const string LimitPrefix = "rs$";

    /// <summary>The error as Redshift would have sent it.</summary>
    /// <param name="error">The private PostgreSQL's, or the sandbox's own.</param>
    /// <param name="isSerializable">Whether the session's database is SERIALIZABLE. Under SNAPSHOT a conflict of writers keeps
    /// PostgreSQL's words, as AWS documents none (redshift-facts 3).</param>
    public static ErrorFields Translate(ErrorFields error, bool isSerializable) => error switch
    {
        { SqlState: "23514", Constraint: { } name } when name.StartsWith(LimitPrefix, StringComparison.Ordinal) => OutOfLimit(name),
        { SqlState: "23502", Column: { } column } => error with { Message = $"Cannot insert a NULL value into column {column}", Detail = null },
        { SqlState: "428C9" } => error with { Message = "cannot set an identity column to a value", Detail = null, Hint = null },
        { SqlState: "40001" } when isSerializable => error with
        {
            SqlState = "XX000",
            Message = "1023",
            Detail = $"Serializable isolation violation on table in Redshift: {error.Message}",
            Hint = null,
        },
        { SqlState: "21000" } when error.Message.StartsWith("MERGE", StringComparison.Ordinal) =>
            new ErrorFields { SqlState = "XX000", Message = "Found multiple matches to update the same tuple." },
        { SqlState: "57014" } => error with { Message = "Query cancelled on user's request", Detail = null },
        _ => error,
    };

    /// <summary>The text with the view of load errors that the warehouse has (redshift-facts 6).</summary>
    public static string NameOf(string text, bool isServerless) =>
        isServerless ? text.Replace("'stl_load_errors'", "'sys_load_error_detail'", StringComparison.Ordinal) : text;

    private static ErrorFields OutOfLimit(string constraint)
    {
        string type = constraint[(constraint.IndexOf('$', LimitPrefix.Length) + 1)..];
        if (type.StartsWith("numeric", StringComparison.Ordinal))
            return new ErrorFields { SqlState = "22003", Message = "Numeric data overflow (result precision)", Detail = $"The value doesn't fit the 8 bytes of {type}." };
        return new ErrorFields { SqlState = "22001", Message = $"value too long for type {type}" };
    }

    /// <summary>The name of the constraint that stands for a type's limit.</summary>
    public static string LimitName(int ordinal, string type) => string.Create(CultureInfo.InvariantCulture, $"{LimitPrefix}{ordinal}${type}");
}
