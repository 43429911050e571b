using System.Globalization;
using System.Text;

namespace RedshiftEtl.Sandbox.Redshift.Sql;

/// <summary>Reads and writes names and constants.</summary>
internal static class Literal
{
    /// <summary>The longest name, in bytes (redshift-facts 7.3). The private PostgreSQL has 63.</summary>
    public const int LongestName = 127;

    private const int LongestStoredName = 63;

    /// <summary>The name that a token means: ASCII letters folded to lower case even when quoted (redshift-facts 7.3), cut at 127 bytes.</summary>
    /// <exception cref="BackendException">A name that is legal in Redshift but longer than the sandbox can store (0A000).</exception>
    public static string Name(Token token, bool keepCase = false)
    {
        string name = token.Kind == TokenKind.QuotedName ? token.Raw[1..^1].ToString().Replace("\"\"", "\"", StringComparison.Ordinal) : token.Raw.ToString();
        if (!keepCase || token.Kind == TokenKind.Word) name = Fold(name);
        if (name.Length <= LongestStoredName / 3 || Encoding.UTF8.GetByteCount(name) <= LongestStoredName) return name;
        throw new BackendException("0A000", $"the sandbox lacks names longer than {LongestStoredName} bytes: \"{name}\"",
            "Redshift takes names of up to 127 bytes; the sandbox keeps them in PostgreSQL, which takes 63.",
            position: Lexer.CharacterPosition(token.Source, token.Start));
    }

    /// <summary>ASCII letters in lower case; others stay, as in Redshift.</summary>
    public static string Fold(string name) => string.Create(name.Length, name, static (target, source) =>
    {
        for (int i = 0; i < source.Length; i++) target[i] = char.IsAsciiLetterUpper(source[i]) ? (char)(source[i] | 0x20) : source[i];
    });

    /// <summary>A name in double quotes.</summary>
    public static string QuoteName(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>A string constant that means the same whatever standard_conforming_strings says; NULL for null.</summary>
    public static string Quote(string? value)
    {
        if (value is null) return "NULL";
        string doubled = value.Replace("'", "''", StringComparison.Ordinal);
        return doubled.Contains('\\', StringComparison.Ordinal) ? $"E'{doubled.Replace("\\", "\\\\", StringComparison.Ordinal)}'" : $"'{doubled}'";
    }

    /// <summary>The value of a string constant.</summary>
    public static string Value(Token token)
    {
        var raw = token.Raw;
        if (raw[0] == '$')
        {
            int tag = raw[1..].IndexOf('$') + 2;
            return raw[tag..^tag].ToString();
        }
        int quote = raw.IndexOf('\'');
        return Unescape(raw[(quote + 1)..^1]);
    }

    private static string Unescape(ReadOnlySpan<char> inner)
    {
        var value = new StringBuilder(inner.Length);
        for (int i = 0; i < inner.Length; i++)
        {
            if (inner[i] == '\'') i++;
            if (inner[i] != '\\' || i + 1 == inner.Length)
            {
                value.Append(inner[i]);
                continue;
            }
            i++;
            int digits = 0;
            while (digits < 3 && i + digits < inner.Length && inner[i + digits] is >= '0' and <= '7') digits++;
            if (digits > 0)
            {
                value.Append((char)(Convert.ToInt32(inner.Slice(i, digits).ToString(), 8) & 0xFF));
                i += digits - 1;
                continue;
            }
            value.Append(inner[i] switch { 'n' => '\n', 't' => '\t', 'r' => '\r', 'b' => '\b', 'f' => '\f', var other => other });
        }
        return value.ToString();
    }

    /// <summary>An integer constant, or null if the token isn't one.</summary>
    public static int? Integer(Token token) =>
        token.Kind == TokenKind.Number && int.TryParse(token.Raw, NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : null;
}
