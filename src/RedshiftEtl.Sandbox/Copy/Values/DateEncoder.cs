namespace RedshiftEtl.Sandbox.Copy.Values;

/// <summary>DATE (redshift-facts.md 1.7).</summary>
internal sealed class DateEncoder(DateTimeReading reading, bool acceptAny) : ValueEncoder
{
    /// <inheritdoc/>
    public override ValueFault? Encode(ReadOnlySpan<byte> value, RowBuffer row)
    {
        if (TryRead(value, out Instant instant))
        {
            instant.AppendDate(row);
            instant.AppendEra(row);
            return null;
        }
        if (!acceptAny)
            return new ValueFault(1205, value.Length < 10 && reading.Form == DateTimeForm.Default
                ? "Invalid Date Format - length must be 10 or more"
                : "Invalid Date Format");
        row.AppendNull();
        return null;
    }

    private bool TryRead(ReadOnlySpan<byte> value, out Instant instant)
    {
        instant = default;
        if (reading.Form == DateTimeForm.Auto)
            return AutoDateTime.TryRead(value, out instant);
        if (reading.Pattern is not null)
            return reading.Pattern.TryRead(value, out instant);
        var cursor = new DateTimeCursor(value);
        return cursor.TakeIsoDate(ref instant) && cursor.AtEnd;
    }
}
