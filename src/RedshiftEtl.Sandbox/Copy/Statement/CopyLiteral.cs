using System.Text;

namespace RedshiftEtl.Sandbox.Copy.Statement;

/// <summary>Undoes the backslashes of a literal. COPY reads its option strings itself, other strings follow SQL (redshift-facts.md 1.5 rule 6).</summary>
internal static class CopyLiteral
{
    /// <summary>An ordinary literal (path, role, credentials): a backslash takes the next character as it is, \n, \r, \t, \b, \f and octal as in SQL.</summary>
    public static string Ordinary(string raw) => Decode(raw, keepUnknown: false);

    /// <summary>A literal of an option such as DELIMITER or NULL AS: \t, \r, \n, \b, \f, \v, \\ and octal are undone, any other pair (\N) is kept.</summary>
    public static string Option(string raw) => Decode(raw, keepUnknown: true);

    private static string Decode(string raw, bool keepUnknown)
    {
        if (!raw.Contains('\\', StringComparison.Ordinal))
            return raw;
        var text = new StringBuilder(raw.Length);
        for (int i = 0; i < raw.Length; i++)
        {
            if (raw[i] != '\\' || i + 1 == raw.Length)
            {
                text.Append(raw[i]);
                continue;
            }
            char next = raw[++i];
            if (next is >= '0' and <= '7')
            {
                int value = 0;
                int end = Math.Min(raw.Length, i + 3);
                for (; i < end && raw[i] is >= '0' and <= '7'; i++)
                    value = (value * 8) + raw[i] - '0';
                i--;
                text.Append((char)(value & 0xff));
                continue;
            }
            char plain = next switch { 't' => '\t', 'r' => '\r', 'n' => '\n', 'b' => '\b', 'f' => '\f', 'v' => '\v', '\\' => '\\', '\'' => '\'', _ => '\0' };
            if (plain != '\0')
                text.Append(plain);
            else if (keepUnknown)
                text.Append('\\').Append(next);
            else
                text.Append(next);
        }
        return text.ToString();
    }
}
