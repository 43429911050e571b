using System.Buffers.Binary;
using System.Text;

namespace RedshiftEtl.Engine.Tests.Extract.SqlServer;

/// <summary>A column of a result as SQL Server describes it on the wire.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">TYPE_INFO of [MS-TDS].</param>
/// <param name="UserType">Tells a timestamp from a binary(8).</param>
internal sealed record TdsColumn(string Name, byte[] Type, int UserType = 0);

/// <summary>Writes the tokens of a response ([MS-TDS] 2.2.7).</summary>
internal sealed class TdsTokens
{
    /// <summary>SQL_Latin1_General_CP1_CI_AS.</summary>
    public static readonly byte[] Collation = [0x09, 0x04, 0xD0, 0x00, 0x34];

    private readonly List<byte> _bytes = [];

    public byte[] Bytes => [.. _bytes];

    /// <summary>The collation that texts of the client get, and LOGINACK of SQL Server 2022.</summary>
    public TdsTokens LoginAck()
    {
        Add(0xE3, [7, 5, .. Collation, 0]);
        byte[] name = Encoding.Unicode.GetBytes("Microsoft SQL Server");
        byte[] body = [1, 0x74, 0, 0, 4, (byte)(name.Length / 2), .. name, 16, 0, 0x0F, 0xA0];
        return Add(0xAD, body);
    }

    /// <summary>ENVCHANGE: a transaction begins (8) or is rolled back (10).</summary>
    public TdsTokens Transaction(byte type)
    {
        byte[] id = [1, 2, 3, 4, 5, 6, 7, 8];
        return Add(0xE3, type == 8 ? [type, 8, .. id, 0] : [type, 0, 8, .. id]);
    }

    /// <summary>ERROR.</summary>
    public TdsTokens Error(int number, byte severity, string message, int line)
    {
        byte[] body = [.. Int(number), 1, severity, .. Short(message.Length), .. Encoding.Unicode.GetBytes(message), 0, 0, .. Int(line)];
        return Add(0xAA, body);
    }

    /// <summary>COLMETADATA.</summary>
    public TdsTokens Columns(params TdsColumn[] columns)
    {
        _bytes.Add(0x81);
        _bytes.AddRange(Short(columns.Length));
        foreach (TdsColumn column in columns)
        {
            byte[] described = [.. Int(column.UserType), 1, 0, .. column.Type, (byte)column.Name.Length, .. Encoding.Unicode.GetBytes(column.Name)];
            _bytes.AddRange(described);
        }

        return this;
    }

    /// <summary>ROW, of values as they stand on the wire.</summary>
    public TdsTokens Row(params byte[][] values)
    {
        _bytes.Add(0xD1);
        foreach (byte[] value in values)
        {
            _bytes.AddRange(value);
        }

        return this;
    }

    /// <summary>DONE.</summary>
    /// <param name="status">0x02: with an error; 0x10: with a count; 0x20: the answer to an attention.</param>
    public TdsTokens Done(ushort status = 0x10)
    {
        byte[] body = [0xFD, .. Short(status), 0, 0, .. new byte[8]];
        _bytes.AddRange(body);
        return this;
    }

    /// <summary>A value behind a length of one byte; none is NULL.</summary>
    public static byte[] Value(params byte[] value) => [(byte)value.Length, .. value];

    /// <summary>A value behind a length of two bytes.</summary>
    public static byte[] LongValue(byte[] value) => [.. Short(value.Length), .. value];

    /// <summary>A value in chunks (PLP), as types with MAX have it.</summary>
    public static byte[] Chunks(params byte[][] chunks) =>
        [.. new byte[] { 0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF }, .. chunks.SelectMany(chunk => Int(chunk.Length).Concat(chunk)), .. Int(0)];

    /// <summary>The NULL of a type with MAX.</summary>
    public static byte[] NoChunks => [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];

    /// <summary>A value of TEXT, NTEXT or IMAGE, behind a pointer and a timestamp.</summary>
    public static byte[] Pointed(byte[] value) => [16, .. new byte[24], .. Int(value.Length), .. value];

    public static byte[] Short(int value) => [(byte)value, (byte)(value >> 8)];

    public static byte[] Int(int value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return bytes;
    }

    public static byte[] Long(long value)
    {
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return bytes;
    }

    private TdsTokens Add(byte token, byte[] body)
    {
        _bytes.Add(token);
        _bytes.AddRange(Short(body.Length));
        _bytes.AddRange(body);
        return this;
    }
}
