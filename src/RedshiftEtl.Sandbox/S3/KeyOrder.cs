namespace RedshiftEtl.Sandbox.S3;

/// <summary>S3's order of keys: by their UTF-8 bytes, which is by code point and not, as .NET compares, by UTF-16 unit.</summary>
internal sealed class KeyOrder : IComparer<string>
{
    /// <summary>The one instance.</summary>
    public static KeyOrder Instance { get; } = new();

    /// <inheritdoc/>
    public int Compare(string? x, string? y)
    {
        if (x is null || y is null) return (x is null ? 0 : 1) - (y is null ? 0 : 1);
        int length = Math.Min(x.Length, y.Length);
        int same = x.AsSpan(0, length).CommonPrefixLength(y);
        return same == length ? x.Length - y.Length : Rank(x[same]) - Rank(y[same]);
    }

    /// <summary>Surrogates stand for code points above all that fit one unit.</summary>
    private static int Rank(char unit) => char.IsSurrogate(unit) ? unit + 0x10000 : unit;
}
