using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace RedshiftEtl.Sandbox.Copy.Values;

/// <summary>Says what is wrong with a string that isn't UTF-8 as VARCHAR takes it (redshift-facts.md 1.6).</summary>
internal static class Utf8Check
{
    /// <summary>The load error 1220 with its sub-code and the bytes in hex.</summary>
    public static ValueFault Fault(ReadOnlySpan<byte> value)
    {
        for (int at = 0; at < value.Length;)
        {
            int length = SequenceLength(value[at..], out bool valid);
            if (!valid)
            {
                string hex = Hex(value.Slice(at, length));
                return new ValueFault(1220, string.Create(CultureInfo.InvariantCulture, $"String contains invalid or unsupported UTF8 codepoints. Bad UTF8 hex sequence: {hex} (error {SubCode(value[at..])})"), at);
            }
            at += length;
        }
        throw new ArgumentException("The value is valid UTF-8.", nameof(value));
    }

    /// <summary>Whether ACCEPTINVCHARS would change the value: it has invalid sequences or non-characters.</summary>
    public static bool NeedsReplacement(ReadOnlySpan<byte> value)
    {
        if (!value.ContainsAnyInRange((byte)0x80, (byte)0xff))
            return false;
        if (!Utf8.IsValid(value))
            return true;
        for (int at = 0; at < value.Length;)
        {
            int length = SequenceLength(value[at..], out _);
            if (IsNonCharacter(value.Slice(at, length)))
                return true;
            at += length;
        }
        return false;
    }

    /// <summary>Bytes of the first sequence: a valid character's, or those of an invalid one.</summary>
    public static int SequenceLength(ReadOnlySpan<byte> value, out bool valid)
    {
        valid = Rune.DecodeFromUtf8(value, out _, out int length) == System.Buffers.OperationStatus.Done;
        if (valid)
            return length;
        int announced = Announced(value[0]);
        int found = 1;
        while (found < announced && found < value.Length && (value[found] & 0xc0) == 0x80)
            found++;
        return found;
    }

    /// <summary>Whether a valid sequence is one of U+FDD0 to U+FDEF, or U+xxFFFE, U+xxFFFF.</summary>
    public static bool IsNonCharacter(ReadOnlySpan<byte> sequence) =>
        Rune.DecodeFromUtf8(sequence, out Rune rune, out _) == System.Buffers.OperationStatus.Done
        && (rune.Value is >= 0xFDD0 and <= 0xFDEF || (rune.Value & 0xFFFE) == 0xFFFE);

    /// <summary>At most four bytes in hex, as error reasons show them.</summary>
    public static string Hex(ReadOnlySpan<byte> bytes)
    {
        bytes = bytes[..Math.Min(bytes.Length, 4)];
        var text = new StringBuilder();
        foreach (byte b in bytes)
            text.Append(text.Length == 0 ? "" : " ").Append(b.ToString("x2", CultureInfo.InvariantCulture));
        return text.ToString();
    }

    private static int Announced(byte first) => first switch { < 0xc0 => 1, < 0xe0 => 2, < 0xf0 => 3, < 0xf8 => 4, < 0xfc => 5, < 0xfe => 6, _ => 1 };

    private static int SubCode(ReadOnlySpan<byte> value)
    {
        byte first = value[0];
        int announced = Announced(first);
        if (announced is 5 or 6)
            return 1;
        if (announced == 1)
            return 3;
        if (value.Length < announced)
            return 2;
        for (int i = 1; i < announced; i++)
        {
            if ((value[i] & 0xc0) != 0x80)
                return 4;
        }
        return 5;
    }
}
