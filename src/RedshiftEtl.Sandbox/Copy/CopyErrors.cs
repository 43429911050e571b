using System.Globalization;
using System.Text;
using RedshiftEtl.Sandbox.Redshift;

namespace RedshiftEtl.Sandbox.Copy;

/// <summary>The errors of COPY in Redshift's words; the one place where COPY's error texts are made.</summary>
internal static class CopyErrors
{
    /// <summary>SQLSTATE of Redshift's internal errors, which load failures are too (redshift-facts.md 6).</summary>
    public const string Internal = "XX000";

    private const string SyntaxState = "42601";
    private const string UnsupportedState = "0A000";

    /// <summary>A syntax error that names the offending token.</summary>
    public static BackendException SyntaxNear(string token, int offset) =>
        new(SyntaxState, $"syntax error at or near \"{token}\"", position: offset + 1);

    /// <summary>A statement that ends too early.</summary>
    public static BackendException SyntaxAtEnd(int offset) => new(SyntaxState, "syntax error at end of input", position: offset + 1);

    /// <summary>A rule of the statement that is broken, with the words for it.</summary>
    public static BackendException Syntax(string message, int offset = -1) => new(SyntaxState, message, position: offset + 1);

    /// <summary>Something that Redshift refuses.</summary>
    public static BackendException Refused(string message, string? hint = null) => new(UnsupportedState, message, hint: hint);

    /// <summary>Something that Redshift can and the sandbox can't: never a wrong answer instead.</summary>
    public static BackendException Lacking(string what) =>
        new(UnsupportedState, $"the sandbox lacks COPY with {what}", hint: "Redshift supports it; the sandbox is a stand-in for CSV and delimited text.");

    /// <summary>The failure of a load by its data.</summary>
    public static BackendException LoadFailed(string table) =>
        new(Internal, $"Load into table '{table}' failed.  Check 'stl_load_errors' system table for details.");

    /// <summary>An internal error with the block of details that Redshift sends with it.</summary>
    public static BackendException Reported(string message, int code, string context, long queryId, string location, int processId)
    {
        var detail = new StringBuilder("\n  -----------------------------------------------\n");
        detail.Append("  error:  ").Append(message).Append('\n');
        detail.Append(CultureInfo.InvariantCulture, $"  code:      {code}\n");
        detail.Append("  context:   ").Append(context).Append('\n');
        detail.Append(CultureInfo.InvariantCulture, $"  query:     {queryId}\n");
        detail.Append("  location:  ").Append(location).Append('\n');
        detail.Append(CultureInfo.InvariantCulture, $"  process:   padbmaster [pid={processId}]\n");
        detail.Append("  -----------------------------------------------\n");
        return new BackendException(Internal, message, detail.ToString());
    }
}
