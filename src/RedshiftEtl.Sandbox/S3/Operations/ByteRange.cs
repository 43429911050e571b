using System.Globalization;
using System.Net;

namespace RedshiftEtl.Sandbox.S3.Operations;

/// <summary>A part of an object.</summary>
/// <param name="First">The first byte's offset.</param>
/// <param name="Length">How many bytes.</param>
internal readonly record struct ByteRange(long First, long Length)
{
    /// <summary>Reads a Range header: bytes=first-last, bytes=first-, bytes=-count.</summary>
    /// <param name="header">The header, or null.</param>
    /// <param name="size">The object's size in bytes.</param>
    /// <returns>The range, or null for the whole object: a header that isn't understood (several ranges among them) is as if it weren't there.</returns>
    /// <exception cref="S3Exception">The range lies behind the object's end.</exception>
    public static ByteRange? Parse(string? header, long size)
    {
        const string unit = "bytes=";
        if (header is null || !header.StartsWith(unit, StringComparison.Ordinal)) return null;
        string[] ends = header[unit.Length..].Split('-');
        if (ends.Length != 2) return null;
        bool hasFirst = long.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out long first);
        bool hasLast = long.TryParse(ends[1], NumberStyles.None, CultureInfo.InvariantCulture, out long last);
        if ((!hasFirst && ends[0] != "") || (!hasLast && ends[1] != "") || (!hasFirst && !hasLast) || (hasFirst && hasLast && last < first)) return null;
        if (!hasFirst)
        {
            long count = Math.Min(last, size);
            return count == 0 ? throw NotSatisfiable(header, size) : new ByteRange(size - count, count);
        }
        if (first >= size) throw NotSatisfiable(header, size);
        return new ByteRange(first, (hasLast ? Math.Min(last, size - 1) : size - 1) - first + 1);
    }

    /// <summary>The Content-Range header's value.</summary>
    public string Header(long size) => string.Create(CultureInfo.InvariantCulture, $"bytes {First}-{First + Length - 1}/{size}");

    private static S3Exception NotSatisfiable(string header, long size) =>
        new(HttpStatusCode.RequestedRangeNotSatisfiable, "InvalidRange", "The requested range is not satisfiable")
        {
            Details = [("RangeRequested", header), ("ActualObjectSize", size.ToString(CultureInfo.InvariantCulture))],
        };
}
