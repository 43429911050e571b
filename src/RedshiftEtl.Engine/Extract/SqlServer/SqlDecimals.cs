using System.Data.Common;
using System.Data.SqlTypes;
using System.Globalization;
using Microsoft.Data.SqlClient;

namespace RedshiftEtl.Engine.Extract.SqlServer;

/// <summary>Decimals of up to 38 digits, ten more than .NET's decimal surely has.</summary>
internal static class SqlDecimals
{
    /// <summary>Bytes of the longest: a sign, a zero, a point and 38 digits.</summary>
    private const int MaximumLength = 41;

    /// <summary>Writes a column of SQL Server's; a <see cref="AdoNet.FieldEncoder"/>.</summary>
    public static void Encode(DbDataReader row, int column, CsvRowWriter writer) => Write(((SqlDataReader)row).GetSqlDecimal(column), writer);

    /// <summary>Writes all digits, and as many behind the point as the type has.</summary>
    public static void Write(SqlDecimal value, CsvRowWriter writer)
    {
        Span<uint> words = stackalloc uint[4];
        value.WriteTdsValue(words);
        var number = new UInt128(((ulong)words[3] << 32) | words[2], ((ulong)words[1] << 32) | words[0]);
        Span<byte> digits = stackalloc byte[MaximumLength];
        number.TryFormat(digits, out int count, default, CultureInfo.InvariantCulture);
        Span<byte> text = stackalloc byte[MaximumLength];
        int length = 0;
        if (!value.IsPositive)
        {
            text[length++] = (byte)'-';
        }

        int whole = count - value.Scale;
        if (whole <= 0)
        {
            text[length++] = (byte)'0';
        }
        else
        {
            digits[..whole].CopyTo(text[length..]);
            length += whole;
        }

        if (value.Scale > 0)
        {
            text[length++] = (byte)'.';
            int zeros = Math.Max(-whole, 0);
            text.Slice(length, zeros).Fill((byte)'0');
            length += zeros;
            digits[Math.Max(whole, 0)..count].CopyTo(text[length..]);
            length += count - Math.Max(whole, 0);
        }

        writer.WriteRaw(text[..length]);
    }
}
