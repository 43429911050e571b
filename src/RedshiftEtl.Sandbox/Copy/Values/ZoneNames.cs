using System.Text;

namespace RedshiftEtl.Sandbox.Copy.Values;

/// <summary>Abbreviations of time zones that the sandbox knows; any other is an error rather than a guess.</summary>
internal static class ZoneNames
{
    private static readonly (string Name, int Hours)[] s_zones =
    [
        ("Z", 0), ("UTC", 0), ("GMT", 0), ("UT", 0), ("WET", 0), ("WEST", 1), ("BST", 1), ("CET", 1), ("CEST", 2), ("EET", 2), ("EEST", 3), ("MSK", 3),
        ("JST", 9), ("KST", 9), ("AEST", 10), ("AEDT", 11), ("NZST", 12), ("NZDT", 13),
        ("EST", -5), ("EDT", -4), ("CST", -6), ("CDT", -5), ("MST", -7), ("MDT", -6), ("PST", -8), ("PDT", -7), ("AKST", -9), ("AKDT", -8), ("HST", -10),
    ];

    /// <summary>Seconds east of UTC, or null.</summary>
    public static int? Find(ReadOnlySpan<byte> letters)
    {
        foreach ((string name, int hours) in s_zones)
        {
            if (Ascii.EqualsIgnoreCase(letters, name))
                return hours * 3600;
        }
        return null;
    }
}
