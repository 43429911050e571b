using System.Buffers;
using System.Text.Json;

namespace RedshiftEtl.Sandbox.Copy.Values;

/// <summary>SUPER: one JSON value of up to 16 MB, nested at most 1000 deep, its strings of up to 65535 bytes (redshift-facts.md 1.7, 7.2).</summary>
internal sealed class SuperEncoder : ValueEncoder
{
    private const int MaxBytes = 16 << 20;
    private const int MaxStringBytes = 65535;
    private const int MaxNumberBytes = 300;
    private static readonly JsonReaderOptions s_options = new() { MaxDepth = 1000 };

    /// <inheritdoc/>
    public override ValueFault? Encode(ReadOnlySpan<byte> value, RowBuffer row)
    {
        if (value.Length > MaxBytes)
            return new ValueFault(1224, "SUPER value exceeds 16 MB");
        var reader = new Utf8JsonReader(value, s_options);
        try
        {
            while (reader.Read())
            {
                if (CheckToken(ref reader) is { } fault)
                    return fault;
            }
        }
        catch (JsonException e)
        {
            return new ValueFault(1224, "Malformed JSON for SUPER", (int)(e.BytePositionInLine ?? 0));
        }
        catch (InvalidOperationException)
        {
            return new ValueFault(1224, "Malformed JSON for SUPER: a string is not valid Unicode", (int)reader.TokenStartIndex);
        }
        row.AppendText(value);
        return null;
    }

    private static ValueFault? CheckToken(ref Utf8JsonReader reader)
    {
        int position = (int)reader.TokenStartIndex;
        if (reader.TokenType == JsonTokenType.Number)
        {
            // PostgreSQL's jsonb, which stands in for SUPER, has no numbers beyond this; no double reaches it.
            bool huge = reader.ValueSpan.Length > MaxNumberBytes || (reader.TryGetDouble(out double number) && double.IsInfinity(number));
            return huge ? new ValueFault(1224, "Number in JSON for SUPER is out of range", position) : null;
        }
        if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName))
            return null;
        if (reader.ValueSpan.Length > MaxStringBytes)
            return new ValueFault(1224, "String in JSON for SUPER exceeds 65535 bytes", position);
        return CheckString(ref reader, position);
    }

    /// <summary>Undoes the escapes, which finds lone surrogates; \u0000 can't be kept by the database that stands in for Redshift.</summary>
    private static ValueFault? CheckString(ref Utf8JsonReader reader, int position)
    {
        byte[] text = ArrayPool<byte>.Shared.Rent(reader.ValueSpan.Length + 1);
        try
        {
            int length = reader.CopyString(text);
            return text.AsSpan(0, length).Contains((byte)0) ? new ValueFault(1224, "JSON for SUPER has the character \\u0000", position) : null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(text);
        }
    }
}
