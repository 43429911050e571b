using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace RedshiftEtl.Engine.Extract;

/// <summary>Text as a field of CSV, many bytes at a time.</summary>
internal static class CsvText
{
    private static readonly SearchValues<byte> s_special = SearchValues.Create(",\"\n\r"u8);

    /// <summary>Whether a text is printable ASCII without a comma or a quote, and not empty: most texts are, and then nothing else needs to be known of them.
    /// A blank at either end counts as not plain.</summary>
    public static bool IsPlain(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty || text[0] == (byte)' ' || text[^1] == (byte)' ')
        {
            return false;
        }

        ref byte first = ref MemoryMarshal.GetReference(text);
        if (text.Length >= Vector128<byte>.Count)
        {
            int last = text.Length - Vector128<byte>.Count;
            Vector128<byte> found = Special(Vector128.LoadUnsafe(ref first, (nuint)last));
            for (int i = 0; i < last; i += Vector128<byte>.Count)
            {
                found |= Special(Vector128.LoadUnsafe(ref first, (nuint)i));
            }

            return found == Vector128<byte>.Zero;
        }

        if (text.Length >= 8)
        {
            ulong low = Unsafe.ReadUnaligned<ulong>(ref first);
            ulong high = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref first, text.Length - 8));
            return Special(Vector128.Create(low, high).AsByte()) == Vector128<byte>.Zero;
        }

        foreach (byte b in text)
        {
            if (b is < (byte)' ' or >= 0x7F or CsvDialect.Delimiter or CsvDialect.Quote)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether a text must be quoted. An empty one is: COPY takes an unquoted empty field of another type for NULL. One with white space at an end is,
    /// so that no reader trims it.</summary>
    public static bool NeedsQuotes(ReadOnlySpan<byte> text) =>
        text.IsEmpty || text[0] <= ' ' || text[^1] <= ' ' || text.ContainsAny(s_special);

    /// <summary>Writes a text in quotes, with its own quotes doubled.</summary>
    /// <param name="text">The text.</param>
    /// <param name="target">Room for twice its bytes and two.</param>
    /// <returns>The bytes written.</returns>
    public static int WriteQuoted(ReadOnlySpan<byte> text, Span<byte> target)
    {
        target[0] = CsvDialect.Quote;
        int length = 1;
        while (true)
        {
            int quote = text.IndexOf(CsvDialect.Quote);
            if (quote < 0)
            {
                text.CopyTo(target[length..]);
                length += text.Length;
                target[length++] = CsvDialect.Quote;
                return length;
            }

            text[..(quote + 1)].CopyTo(target[length..]);
            length += quote + 1;
            target[length++] = CsvDialect.Quote;
            text = text[(quote + 1)..];
        }
    }

    /// <summary>Writes bytes as lower-case hexadecimal digits.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="target">Room for twice as many.</param>
    public static void WriteHex(ReadOnlySpan<byte> bytes, Span<byte> target)
    {
        int i = 0;
        Vector128<byte> digits = Vector128.Create("0123456789abcdef"u8);
        for (; i + Vector128<byte>.Count <= bytes.Length; i += Vector128<byte>.Count)
        {
            Vector128<byte> value = Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(bytes), (nuint)i);
            Vector128<byte> high = Vector128.Shuffle(digits, Vector128.ShiftRightLogical(value, 4));
            Vector128<byte> low = Vector128.Shuffle(digits, value & Vector128.Create((byte)15));
            // Each byte becomes its two digits, in order: little-endian pairs.
            (Vector128<ushort> highFirst, Vector128<ushort> highLast) = Vector128.Widen(high);
            (Vector128<ushort> lowFirst, Vector128<ushort> lowLast) = Vector128.Widen(low);
            (highFirst | Vector128.ShiftLeft(lowFirst, 8)).AsByte().StoreUnsafe(ref MemoryMarshal.GetReference(target), (nuint)(2 * i));
            (highLast | Vector128.ShiftLeft(lowLast, 8)).AsByte().StoreUnsafe(ref MemoryMarshal.GetReference(target), (nuint)((2 * i) + Vector128<byte>.Count));
        }

        for (; i < bytes.Length; i++)
        {
            target[2 * i] = (byte)"0123456789abcdef"[bytes[i] >> 4];
            target[(2 * i) + 1] = (byte)"0123456789abcdef"[bytes[i] & 15];
        }
    }

    /// <summary>All bits where a byte is no printable ASCII, a comma or a quote.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Special(Vector128<byte> bytes) =>
        Vector128.LessThan(bytes.AsSByte(), Vector128.Create((sbyte)' ')).AsByte()
        | Vector128.Equals(bytes, Vector128.Create((byte)0x7F))
        | Vector128.Equals(bytes, Vector128.Create(CsvDialect.Delimiter))
        | Vector128.Equals(bytes, Vector128.Create(CsvDialect.Quote));
}
