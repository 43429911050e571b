using System.Buffers;
using System.Data.Common;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace RedshiftEtl.Engine.Extract.AdoNet;

/// <summary>Writes the value of one column in the current row, which is not NULL.</summary>
/// <param name="row">The reader, on a row.</param>
/// <param name="column">The column, from 0.</param>
/// <param name="writer">Where to.</param>
/// <exception cref="EtlException"><see cref="Fault.ValueInvalid"/>: Redshift cannot hold the value as it is.</exception>
internal delegate void FieldEncoder(DbDataReader row, int column, CsvRowWriter writer);

/// <summary>The encoders of the types that ADO.NET providers give, each by the provider's typed getter, so that nothing is boxed.</summary>
internal static class FieldEncoders
{
    /// <summary>The last time of a day that Redshift holds.</summary>
    public static readonly TimeSpan LastMoment = new(System.TimeSpan.TicksPerDay - System.TimeSpan.TicksPerMicrosecond);

    /// <summary>bool as t and f.</summary>
    public static void Boolean(DbDataReader row, int column, CsvRowWriter writer) => Write(row.GetBoolean(column), writer);

    /// <summary>byte.</summary>
    public static void Byte(DbDataReader row, int column, CsvRowWriter writer) => writer.WriteInteger(row.GetByte(column));

    /// <summary>sbyte.</summary>
    public static void SByte(DbDataReader row, int column, CsvRowWriter writer) => writer.WriteInteger(row.GetFieldValue<sbyte>(column));

    /// <summary>short.</summary>
    public static void Int16(DbDataReader row, int column, CsvRowWriter writer) => writer.WriteInteger(row.GetInt16(column));

    /// <summary>ushort.</summary>
    public static void UInt16(DbDataReader row, int column, CsvRowWriter writer) => writer.WriteInteger(row.GetFieldValue<ushort>(column));

    /// <summary>int.</summary>
    public static void Int32(DbDataReader row, int column, CsvRowWriter writer) => writer.WriteInteger(row.GetInt32(column));

    /// <summary>uint.</summary>
    public static void UInt32(DbDataReader row, int column, CsvRowWriter writer) => writer.WriteInteger(row.GetFieldValue<uint>(column));

    /// <summary>long.</summary>
    public static void Int64(DbDataReader row, int column, CsvRowWriter writer) => writer.WriteInteger(row.GetInt64(column));

    /// <summary>ulong.</summary>
    public static void UInt64(DbDataReader row, int column, CsvRowWriter writer) => writer.WriteFormatted(row.GetFieldValue<ulong>(column), 20);

    /// <summary>float, in its shortest form that reads back the same.</summary>
    public static void Single(DbDataReader row, int column, CsvRowWriter writer) => Write(row.GetFloat(column), writer);

    /// <summary>double, in its shortest form that reads back the same.</summary>
    public static void Double(DbDataReader row, int column, CsvRowWriter writer) => Write(row.GetDouble(column), writer);

    /// <summary>decimal, with the zeros behind the point that it has.</summary>
    public static void Decimal(DbDataReader row, int column, CsvRowWriter writer)
    {
        decimal value;
        try
        {
            value = row.GetDecimal(column);
        }
        catch (OverflowException)
        {
            throw TooManyDigits(writer);
        }

        Write(value, writer);
    }

    /// <summary>A whole number of any size, as far as DECIMAL holds it.</summary>
    public static void BigInteger(DbDataReader row, int column, CsvRowWriter writer) => Write(row.GetFieldValue<BigInteger>(column), writer);

    /// <summary>string.</summary>
    public static void Text(DbDataReader row, int column, CsvRowWriter writer) => writer.WriteText(row.GetString(column));

    /// <summary>string that is a document for SUPER.</summary>
    public static void Document(DbDataReader row, int column, CsvRowWriter writer) => writer.WriteDocument(row.GetString(column));

    /// <summary>char.</summary>
    public static void Char(DbDataReader row, int column, CsvRowWriter writer) => writer.WriteText([row.GetChar(column)]);

    /// <summary>Guid, in lower case.</summary>
    public static void Guid(DbDataReader row, int column, CsvRowWriter writer) => writer.WriteFormatted(row.GetGuid(column), 36);

    /// <summary>DateTime as a timestamp.</summary>
    public static void DateTime(DbDataReader row, int column, CsvRowWriter writer) => WriteTimestamp(row.GetDateTime(column), false, writer);

    /// <summary>DateTime as a date.</summary>
    public static void Date(DbDataReader row, int column, CsvRowWriter writer)
    {
        DateTime value = row.GetDateTime(column);
        if (value.TimeOfDay != System.TimeSpan.Zero)
        {
            throw Refuse(writer, "the date has a time of day", value.ToString("O", CultureInfo.InvariantCulture));
        }

        writer.WriteDate(value.Year, value.Month, value.Day);
    }

    /// <summary>DateOnly.</summary>
    public static void DateOnly(DbDataReader row, int column, CsvRowWriter writer) => Write(row.GetFieldValue<DateOnly>(column), writer);

    /// <summary>TimeOnly.</summary>
    public static void TimeOnly(DbDataReader row, int column, CsvRowWriter writer) => WriteTime(row.GetFieldValue<TimeOnly>(column).ToTimeSpan(), writer);

    /// <summary>TimeSpan as a time of day.</summary>
    public static void TimeSpan(DbDataReader row, int column, CsvRowWriter writer) => WriteTime(row.GetFieldValue<TimeSpan>(column), writer);

    /// <summary>TimeSpan as text, d.hh:mm:ss.fffffff: an interval, which COPY has no form for.</summary>
    public static void Interval(DbDataReader row, int column, CsvRowWriter writer) =>
        writer.WriteText(row.GetFieldValue<TimeSpan>(column).ToString("c", CultureInfo.InvariantCulture));

    /// <summary>DateTimeOffset, as the instant in UTC.</summary>
    public static void DateTimeOffset(DbDataReader row, int column, CsvRowWriter writer) => WriteTimestamp(row.GetFieldValue<DateTimeOffset>(column).UtcDateTime, true, writer);

    /// <summary>byte[], as hexadecimal digits, through a pooled buffer.</summary>
    public static void Binary(DbDataReader row, int column, CsvRowWriter writer)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(16 * 1024);
        try
        {
            int length = 0;
            while ((int)row.GetBytes(column, length, buffer, length, buffer.Length - length) is > 0 and var read)
            {
                length += read;
                if (length < buffer.Length)
                {
                    continue;
                }

                // What is longer than a row is refused below; there is no need to read all of it.
                if (length > RedshiftLimits.RowBytes / 2)
                {
                    break;
                }

                byte[] larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
                buffer.AsSpan(0, length).CopyTo(larger);
                ArrayPool<byte>.Shared.Return(buffer);
                buffer = larger;
            }

            WriteBinary(buffer.AsSpan(0, length), writer);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>A column whose values have types of their own, as SQLite's and sql_variant's.</summary>
    public static void ByValue(DbDataReader row, int column, CsvRowWriter writer)
    {
        object value;
        try
        {
            value = row.GetValue(column);
        }
        catch (OverflowException)
        {
            throw TooManyDigits(writer);
        }

        switch (value)
        {
            case string v: writer.WriteText(v); break;
            case long v: writer.WriteInteger(v); break;
            case int v: writer.WriteInteger(v); break;
            case double v: Write(v, writer); break;
            case decimal v: Write(v, writer); break;
            case bool v: Write(v, writer); break;
            case byte[] v: WriteBinary(v, writer); break;
            case DateTime v: WriteTimestamp(v, false, writer); break;
            case DateTimeOffset v: WriteTimestamp(v.UtcDateTime, true, writer); break;
            case DateOnly v: Write(v, writer); break;
            case TimeOnly v: WriteTime(v.ToTimeSpan(), writer); break;
            case TimeSpan v: WriteTime(v, writer); break;
            case Guid v: writer.WriteFormatted(v, 36); break;
            case float v: Write(v, writer); break;
            case byte or sbyte or short or ushort or uint: writer.WriteInteger(Convert.ToInt64(value, CultureInfo.InvariantCulture)); break;
            case ulong v: writer.WriteFormatted(v, 20); break;
            case BigInteger v: Write(v, writer); break;
            case char v: writer.WriteText([v]); break;
            default: throw Refuse(writer, $"a value of the provider's type {value.GetType().Name} has no form that COPY reads", value.ToString() ?? "", "Cast it to text in the query.");
        }
    }

    /// <summary>An error about a value that is shown as text.</summary>
    public static EtlException Refuse(CsvRowWriter writer, string what, string value, string? advice = null) => writer.Refuse(what, Encoding.UTF8.GetBytes(value), advice);

    /// <summary>Binary data, which must have a byte.</summary>
    public static void WriteBinary(ReadOnlySpan<byte> value, CsvRowWriter writer)
    {
        if (value.IsEmpty)
        {
            writer.Repair(ValueKind.Empty, RefusedValue.IsEmptyBinary, value, RefusedValue.EmptyAdvice);
            return;
        }

        writer.WriteHex(value);
    }

    private static void Write(bool value, CsvRowWriter writer) => writer.WriteRaw(value ? "t"u8 : "f"u8);

    // The shortest digits are few; 29 digits, sign and point are the most that a decimal has.
    private static void Write(decimal value, CsvRowWriter writer) => writer.WriteFormatted(value, 32);

    private static void Write(float value, CsvRowWriter writer)
    {
        if (float.IsFinite(value))
        {
            writer.WriteFormatted(value, 32, "R");
        }
        else
        {
            RepairNumber(value, writer);
        }
    }

    private static void Write(double value, CsvRowWriter writer)
    {
        if (double.IsFinite(value))
        {
            writer.WriteDouble(value);
        }
        else
        {
            RepairNumber(value, writer);
        }
    }

    private static void Write(BigInteger value, CsvRowWriter writer)
    {
        string digits = value.ToString(CultureInfo.InvariantCulture);
        if (digits.Length - (value.Sign < 0 ? 1 : 0) > 38)
        {
            writer.Repair(ValueKind.Digits, "the number has more than 38 digits, the most that DECIMAL holds", Encoding.ASCII.GetBytes(digits), "Cast it to text in the query.");
            return;
        }

        writer.WriteRaw(Encoding.ASCII.GetBytes(digits));
    }

    private static void Write(DateOnly value, CsvRowWriter writer) => writer.WriteDate(value.Year, value.Month, value.Day);

    private static void WriteTimestamp(DateTime value, bool isUtc, CsvRowWriter writer)
    {
        if (value.Ticks % System.TimeSpan.TicksPerMicrosecond != 0)
        {
            ValueAction action = RepairFraction(value.ToString("yyyy-MM-dd HH:mm:ss.fffffff", CultureInfo.InvariantCulture), writer);
            if (action == ValueAction.Null)
            {
                return;
            }

            value = new DateTime(Microseconds(value.Ticks, action, System.DateTime.MaxValue.Ticks), value.Kind);
        }

        writer.WriteTimestamp(value, isUtc);
    }

    private static void WriteTime(TimeSpan value, CsvRowWriter writer)
    {
        if (value < System.TimeSpan.Zero || value.Ticks >= System.TimeSpan.TicksPerDay)
        {
            ValueAction action = writer.Repair(ValueKind.Time, "the time is not between 00:00 and 23:59:59.999999",
                Encoding.ASCII.GetBytes(value.ToString("c", CultureInfo.InvariantCulture)), "Cast it to text in the query.");
            if (action == ValueAction.Null)
            {
                return;
            }

            value = value < System.TimeSpan.Zero ? System.TimeSpan.Zero : LastMoment;
        }

        if (value.Ticks % System.TimeSpan.TicksPerMicrosecond != 0)
        {
            ValueAction action = RepairFraction(value.ToString("c", CultureInfo.InvariantCulture), writer);
            if (action == ValueAction.Null)
            {
                return;
            }

            value = new TimeSpan(Microseconds(value.Ticks, action, System.TimeSpan.TicksPerDay - 1));
        }

        writer.WriteTimeOfDay(value.Hours, value.Minutes, value.Seconds, (int)(value.Ticks % System.TimeSpan.TicksPerSecond / System.TimeSpan.TicksPerMicrosecond));
    }

    /// <summary>Whole microseconds, rounded unless that would leave the range.</summary>
    private static long Microseconds(long ticks, ValueAction action, long most)
    {
        long rest = ticks % System.TimeSpan.TicksPerMicrosecond;
        long cut = ticks - rest;
        return action == ValueAction.Round && rest * 2 >= System.TimeSpan.TicksPerMicrosecond && cut + System.TimeSpan.TicksPerMicrosecond <= most
            ? cut + System.TimeSpan.TicksPerMicrosecond
            : cut;
    }

    private static EtlException TooManyDigits(CsvRowWriter writer) =>
        writer.Refuse("the number has more digits than the provider can give unbent", default, "Cast it to text in the query.");

    private static void RepairNumber(double value, CsvRowWriter writer) =>
        writer.Repair(double.IsNaN(value) ? ValueKind.NaN : ValueKind.Infinity, "Redshift's COPY takes no NaN and no infinity", Encoding.UTF8.GetBytes(value.ToString(CultureInfo.InvariantCulture)));

    private static ValueAction RepairFraction(string value, CsvRowWriter writer) =>
        writer.Repair(ValueKind.Fraction, "the time has a seventh decimal of a second, and Redshift holds six", Encoding.ASCII.GetBytes(value), "Round it in the query.");
}
