using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using RedshiftEtl.Engine.Extract.AdoNet;

namespace RedshiftEtl.Engine.Extract.MySql;

/// <summary>Writes one value of the binary protocol.</summary>
/// <param name="data">What follows in the row, from the value on.</param>
/// <param name="writer">Where to.</param>
/// <returns>The value's bytes.</returns>
/// <exception cref="EtlException"><see cref="Fault.ValueInvalid"/>: Redshift cannot hold the value as it is.</exception>
internal delegate int MySqlValue(ReadOnlySpan<byte> data, CsvRowWriter writer);

/// <summary>The values of MySQL's binary protocol, each straight from its bytes: no object, no string.</summary>
internal static class MySqlValues
{
    /// <summary>Tells a geometry's reader that four bytes with its reference system follow (EWKB).</summary>
    private const uint HasReferenceSystem = 0x2000_0000;

    /// <summary>TINYINT.</summary>
    public static int Int8(ReadOnlySpan<byte> data, CsvRowWriter writer) => Integer((sbyte)data[0], 1, writer);

    /// <summary>TINYINT UNSIGNED.</summary>
    public static int UInt8(ReadOnlySpan<byte> data, CsvRowWriter writer) => Integer(data[0], 1, writer);

    /// <summary>TINYINT(1) as a boolean.</summary>
    public static int Boolean(ReadOnlySpan<byte> data, CsvRowWriter writer)
    {
        if (data[0] > 1)
        {
            throw FieldEncoders.Refuse(writer, "the number is neither 0 nor 1, so it is no boolean", ((sbyte)data[0]).ToString(CultureInfo.InvariantCulture), "Leave out TreatTinyAsBoolean.");
        }

        writer.WriteRaw(data[0] == 1 ? "t"u8 : "f"u8);
        return 1;
    }

    /// <summary>SMALLINT and YEAR.</summary>
    public static int Int16(ReadOnlySpan<byte> data, CsvRowWriter writer) => Integer(BinaryPrimitives.ReadInt16LittleEndian(data), 2, writer);

    /// <summary>SMALLINT UNSIGNED.</summary>
    public static int UInt16(ReadOnlySpan<byte> data, CsvRowWriter writer) => Integer(BinaryPrimitives.ReadUInt16LittleEndian(data), 2, writer);

    /// <summary>INT and MEDIUMINT.</summary>
    public static int Int32(ReadOnlySpan<byte> data, CsvRowWriter writer) => Integer(BinaryPrimitives.ReadInt32LittleEndian(data), 4, writer);

    /// <summary>INT UNSIGNED and MEDIUMINT UNSIGNED.</summary>
    public static int UInt32(ReadOnlySpan<byte> data, CsvRowWriter writer) => Integer(BinaryPrimitives.ReadUInt32LittleEndian(data), 4, writer);

    /// <summary>BIGINT.</summary>
    public static int Int64(ReadOnlySpan<byte> data, CsvRowWriter writer) => Integer(BinaryPrimitives.ReadInt64LittleEndian(data), 8, writer);

    /// <summary>BIGINT UNSIGNED.</summary>
    public static int UInt64(ReadOnlySpan<byte> data, CsvRowWriter writer)
    {
        writer.WriteFormatted(BinaryPrimitives.ReadUInt64LittleEndian(data), 20);
        return 8;
    }

    /// <summary>FLOAT.</summary>
    public static int Single(ReadOnlySpan<byte> data, CsvRowWriter writer)
    {
        writer.WriteFormatted(BinaryPrimitives.ReadSingleLittleEndian(data), 32, "R");
        return 4;
    }

    /// <summary>DOUBLE.</summary>
    public static int Double(ReadOnlySpan<byte> data, CsvRowWriter writer)
    {
        writer.WriteDouble(BinaryPrimitives.ReadDoubleLittleEndian(data));
        return 8;
    }

    /// <summary>DECIMAL: digits, as the server has them; without the zeros that ZEROFILL puts before them.</summary>
    public static int Decimal(ReadOnlySpan<byte> data, CsvRowWriter writer)
    {
        ReadOnlySpan<byte> digits = Bytes(data, out int length);
        int zeros = 0;
        while (zeros + 1 < digits.Length && digits[zeros] == (byte)'0' && char.IsAsciiDigit((char)digits[zeros + 1]))
        {
            zeros++;
        }

        writer.WriteRaw(digits[zeros..]);
        return length;
    }

    /// <summary>DATE.</summary>
    public static int Date(ReadOnlySpan<byte> data, CsvRowWriter writer)
    {
        if (TryDate(data, writer, out int year, out int month, out int day))
        {
            writer.WriteDate(year, month, day);
        }

        return 1 + data[0];
    }

    /// <summary>DATETIME.</summary>
    public static int DateTime(ReadOnlySpan<byte> data, CsvRowWriter writer) => Timestamp(data, false, writer);

    /// <summary>TIMESTAMP, an instant; the session's time zone is UTC.</summary>
    public static int Instant(ReadOnlySpan<byte> data, CsvRowWriter writer) => Timestamp(data, true, writer);

    /// <summary>TIME, as a time of day.</summary>
    public static int Time(ReadOnlySpan<byte> data, CsvRowWriter writer)
    {
        if (data[0] == 0)
        {
            writer.WriteTimeOfDay(0, 0, 0, 0);
            return 1;
        }

        bool isNegative = data[1] != 0;
        int days = BinaryPrimitives.ReadInt32LittleEndian(data[2..]);
        int microsecond = data[0] > 8 ? BinaryPrimitives.ReadInt32LittleEndian(data[9..]) : 0;
        if (isNegative || days != 0)
        {
            string text = string.Create(CultureInfo.InvariantCulture,
                $"{(isNegative ? "-" : "")}{(days * 24) + data[6]:00}:{data[7]:00}:{data[8]:00}{(microsecond == 0 ? "" : $".{microsecond:000000}")}");
            if (writer.Repair(ValueKind.Time, "the time is not between 00:00 and 23:59:59.999999", Encoding.ASCII.GetBytes(text), "Cast it to text in the query.") == ValueAction.Replace)
            {
                TimeSpan nearest = isNegative ? TimeSpan.Zero : FieldEncoders.LastMoment;
                writer.WriteTimeOfDay(nearest.Hours, nearest.Minutes, nearest.Seconds, isNegative ? 0 : 999_999);
            }

            return 1 + data[0];
        }

        writer.WriteTimeOfDay(data[6], data[7], data[8], microsecond);
        return 1 + data[0];
    }

    /// <summary>Text of any kind.</summary>
    public static int Text(ReadOnlySpan<byte> data, CsvRowWriter writer)
    {
        writer.WriteText(Bytes(data, out int length));
        return length;
    }

    /// <summary>JSON.</summary>
    public static int Json(ReadOnlySpan<byte> data, CsvRowWriter writer)
    {
        writer.WriteDocument(Bytes(data, out int length));
        return length;
    }

    /// <summary>Binary data.</summary>
    public static int Binary(ReadOnlySpan<byte> data, CsvRowWriter writer)
    {
        ReadOnlySpan<byte> value = Bytes(data, out int length);
        FieldEncoders.WriteBinary(value, writer);
        return length;
    }

    /// <summary>BIT(n): up to eight bytes, the highest first.</summary>
    public static int Bit(ReadOnlySpan<byte> data, CsvRowWriter writer)
    {
        ulong value = 0;
        ReadOnlySpan<byte> bits = Bytes(data, out int length);
        foreach (byte b in bits)
        {
            value = (value << 8) | b;
        }

        writer.WriteFormatted(value, 20);
        return length;
    }

    /// <summary>A geometry: its reference system in four bytes, then WKB. Written as the EWKB that COPY reads (fact sheet 1.7).</summary>
    public static int Geometry(ReadOnlySpan<byte> data, CsvRowWriter writer)
    {
        ReadOnlySpan<byte> value = Bytes(data, out int length);
        // The server writes them in little-endian order.
        if (value.Length < 9 || value[4] != 1)
        {
            throw writer.Refuse("the geometry is not well-known binary", value, "Use ST_AsText in the query.");
        }

        uint system = BinaryPrimitives.ReadUInt32LittleEndian(value);
        if (system == 0)
        {
            writer.WriteHex(value[4..]);
            return length;
        }

        byte[] extended = new byte[value.Length];
        extended[0] = 1;
        BinaryPrimitives.WriteUInt32LittleEndian(extended.AsSpan(1), BinaryPrimitives.ReadUInt32LittleEndian(value[5..]) | HasReferenceSystem);
        BinaryPrimitives.WriteUInt32LittleEndian(extended.AsSpan(5), system);
        value[9..].CopyTo(extended.AsSpan(9));
        writer.WriteHex(extended);
        return length;
    }

    /// <summary>The bytes of a value behind its length, which takes 1, 3, 4 or 9 bytes.</summary>
    /// <param name="data">What follows in the row.</param>
    /// <param name="length">Bytes of the length and the value.</param>
    private static ReadOnlySpan<byte> Bytes(ReadOnlySpan<byte> data, out int length)
    {
        (int prefix, int count) = data[0] switch
        {
            0xFC => (3, BinaryPrimitives.ReadUInt16LittleEndian(data[1..])),
            0xFD => (4, data[1] | (data[2] << 8) | (data[3] << 16)),
            0xFE => (9, checked((int)BinaryPrimitives.ReadUInt64LittleEndian(data[1..]))),
            var one => (1, one),
        };
        length = prefix + count;
        return data.Slice(prefix, count);
    }

    private static int Integer(long value, int bytes, CsvRowWriter writer)
    {
        writer.WriteInteger(value);
        return bytes;
    }

    private static int Timestamp(ReadOnlySpan<byte> data, bool isUtc, CsvRowWriter writer)
    {
        if (!TryDate(data, writer, out int year, out int month, out int day))
        {
            return 1 + data[0];
        }

        bool hasTime = data[0] >= 7;
        writer.WriteTimestamp(year, month, day, hasTime ? data[5] : 0, hasTime ? data[6] : 0, hasTime ? data[7] : 0, data[0] >= 11 ? BinaryPrimitives.ReadInt32LittleEndian(data[8..]) : 0, isUtc);
        return 1 + data[0];
    }

    /// <summary>The date; false when NULL was written instead. A date that MySQL has and no calendar is a ZeroDate.</summary>
    private static bool TryDate(ReadOnlySpan<byte> data, CsvRowWriter writer, out int year, out int month, out int day)
    {
        (year, month, day) = data[0] == 0 ? (0, 0, 0) : (BinaryPrimitives.ReadUInt16LittleEndian(data[1..]), data[3], data[4]);
        if (year is >= 1 and <= 9999 && month is >= 1 and <= 12 && day >= 1 && day <= System.DateTime.DaysInMonth(year, month))
        {
            return true;
        }

        byte[] text = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{year:0000}-{month:00}-{day:00}"));
        writer.Repair(ValueKind.ZeroDate, "the date is not on the calendar of the years 1 to 9999", text, "Make it NULL in the query: NULLIF(column, 0).");
        return false;
    }
}
