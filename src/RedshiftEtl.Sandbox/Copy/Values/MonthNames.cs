using System.Text;

namespace RedshiftEtl.Sandbox.Copy.Values;

/// <summary>English names of months, three letters or whole.</summary>
internal static class MonthNames
{
    private static readonly string[] s_names =
        ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];

    /// <summary>The month's number, or 0.</summary>
    public static int Find(ReadOnlySpan<byte> letters)
    {
        for (int i = 0; i < s_names.Length; i++)
        {
            if (Ascii.EqualsIgnoreCase(letters, s_names[i]) || (letters.Length == 3 && Ascii.EqualsIgnoreCase(letters, s_names[i].AsSpan(0, 3))))
                return i + 1;
        }
        return 0;
    }
}
