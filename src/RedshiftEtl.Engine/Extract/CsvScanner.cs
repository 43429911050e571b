using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace RedshiftEtl.Engine.Extract;

/// <summary>Walks over CSV that a server wrote, 64 bytes at a time: finds where rows end, counts them, and looks at every field whose type has values that
/// Redshift cannot hold. Costs about a nanosecond and a half a field.</summary>
internal sealed class CsvScanner
{
    private readonly byte[] _rules;
    private readonly ValueRepairs _repairs;
    private readonly FieldCheck _check;

    /// <summary>Prepares the walk.</summary>
    /// <param name="columns">The columns, for messages.</param>
    /// <param name="rules">What each is checked for.</param>
    /// <param name="dialect">How NULL is written.</param>
    /// <param name="repairs">What becomes of values that Redshift cannot hold.</param>
    public CsvScanner(IReadOnlyList<EtlColumn> columns, IReadOnlyList<FieldRule> rules, CsvDialect dialect, ValueRepairs repairs)
    {
        _rules = rules.Select(rule => (byte)rule).ToArray();
        _repairs = repairs;
        _check = new FieldCheck(columns, dialect, repairs, Edits);
    }

    /// <summary>What is to be changed in the whole rows of the last walk.</summary>
    public FieldEdits Edits { get; } = new();

    /// <summary>Rows of all walks so far.</summary>
    public long Rows { get; private set; }

    /// <summary>Walks over bytes that begin with a row's first byte.</summary>
    /// <param name="bytes">Rows; the last may be cut anywhere and is then walked over again when there is more of it.</param>
    /// <param name="rows">The whole rows in it.</param>
    /// <returns>The bytes of the whole rows.</returns>
    /// <exception cref="EtlException"><see cref="Fault.ValueInvalid"/>: a value or a row that Redshift cannot hold.</exception>
    /// <exception cref="InvalidDataException">A row has more or fewer fields than there are columns.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Scan(ReadOnlySpan<byte> bytes, out int rows)
    {
        if (!Edits.IsEmpty)
        {
            Edits.Clear();
        }

        ref byte first = ref MemoryMarshal.GetReference(bytes);
        Span<byte> tail = stackalloc byte[64];
        int field = 0, column = 0, row = 0, found = 0;
        ulong isInside = 0;
        for (int at = 0; at < bytes.Length; at += 64)
        {
            ulong quotes, ends;
            if (at + 64 <= bytes.Length)
            {
                (quotes, ends) = Find(ref Unsafe.Add(ref first, at));
            }
            else
            {
                tail.Clear();
                bytes[at..].CopyTo(tail);
                (quotes, ends) = Find(ref tail[0]);
            }

            // A doubled quote leaves and enters again, so the parity of quotes says what is inside of them.
            if (quotes != 0)
            {
                isInside ^= Parity(quotes);
            }

            ends &= ~isInside;
            isInside = (ulong)((long)isInside >> 63);
            while (ends != 0)
            {
                int end = at + BitOperations.TrailingZeroCount(ends);
                ends &= ends - 1;
                if (column == _rules.Length)
                {
                    throw WrongFields(found);
                }

                int rule = _rules[column];
                if (rule != (int)FieldRule.None && !IsPlain(rule, ref Unsafe.Add(ref first, field), end - field))
                {
                    _check.Look((FieldRule)rule, bytes, field, end, column, Rows + found + 1);
                }

                column++;
                field = end + 1;
                if (Unsafe.Add(ref first, end) == CsvDialect.RowEnd)
                {
                    if (column != _rules.Length)
                    {
                        throw WrongFields(found);
                    }

                    found++;
                    if (field - row > RedshiftLimits.RowBytes && field - row + Edits.Growth(row) > RedshiftLimits.RowBytes)
                    {
                        throw RefusedValue.RowTooLong(Rows + found);
                    }

                    row = field;
                    column = 0;
                }
            }
        }

        if (!Edits.IsEmpty)
        {
            Edits.Settle(row, _repairs);
        }

        Rows += found;
        rows = found;
        return row;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (ulong Quotes, ulong Ends) Find(ref byte bytes)
    {
        Vector256<byte> low = Vector256.LoadUnsafe(ref bytes);
        Vector256<byte> high = Vector256.LoadUnsafe(ref bytes, 32);
        Vector256<byte> quote = Vector256.Create(CsvDialect.Quote);
        Vector256<byte> delimiter = Vector256.Create(CsvDialect.Delimiter);
        Vector256<byte> rowEnd = Vector256.Create(CsvDialect.RowEnd);
        ulong quotes = Vector256.Equals(low, quote).ExtractMostSignificantBits()
            | ((ulong)Vector256.Equals(high, quote).ExtractMostSignificantBits() << 32);
        ulong ends = (Vector256.Equals(low, delimiter) | Vector256.Equals(low, rowEnd)).ExtractMostSignificantBits()
            | ((ulong)(Vector256.Equals(high, delimiter) | Vector256.Equals(high, rowEnd)).ExtractMostSignificantBits() << 32);
        return (quotes, ends);
    }

    /// <summary>Each bit becomes the parity of the bits up to it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Parity(ulong bits)
    {
        if (Pclmulqdq.IsSupported)
        {
            return Pclmulqdq.CarrylessMultiply(Vector128.CreateScalar(bits), Vector128<ulong>.AllBitsSet, 0).ToScalar();
        }

        bits ^= bits << 1;
        bits ^= bits << 2;
        bits ^= bits << 4;
        bits ^= bits << 8;
        bits ^= bits << 16;
        return bits ^ (bits << 32);
    }

    /// <summary>Whether a glance shows that the field is fine. Reads nothing behind the field's own separator.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsPlain(int rule, ref byte field, int length) => (FieldRule)rule switch
    {
        FieldRule.Text => field != CsvDialect.Quote && length <= RedshiftLimits.TextBytes,
        FieldRule.Number => (uint)(field - '0') <= 9 || (field == (byte)'-' && (uint)(Unsafe.Add(ref field, 1) - '0') <= 9),
        FieldRule.Date => length >= 10 && Unsafe.Add(ref field, 4) == (byte)'-' && Unsafe.Add(ref field, length - 1) != (byte)'C',
        FieldRule.Binary => length > 0,
        // "0." and ten decimals; NaN and infinity begin with a letter.
        FieldRule.Decimal => length <= 12 && (uint)(Unsafe.Add(ref field, length - 1) - '0') <= 9,
        _ => length >= 8 && !(field == (byte)'2' && Unsafe.Add(ref field, 1) == (byte)'4'),
    };

    private InvalidDataException WrongFields(int found) => new(string.Create(CultureInfo.InvariantCulture,
        $"Row {Rows + found + 1:N0} of the server's CSV does not have {_rules.Length} fields."));
}
