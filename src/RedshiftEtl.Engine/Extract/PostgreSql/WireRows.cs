using System.Buffers.Binary;
using System.Text;

namespace RedshiftEtl.Engine.Extract.PostgreSql;

/// <summary>A column as the server describes it.</summary>
/// <param name="Name">Its name in the query.</param>
/// <param name="TypeId">The type's OID.</param>
/// <param name="Modifier">The type's modifier; -1 for none.</param>
internal readonly record struct WireColumn(string Name, int TypeId, int Modifier);

/// <summary>Reads the bodies of the messages that describe and carry rows.</summary>
internal static class WireRows
{
    /// <summary>A row as text; NULL is null.</summary>
    public static string?[] Read(ReadOnlySpan<byte> body)
    {
        string?[] row = new string?[BinaryPrimitives.ReadInt16BigEndian(body)];
        body = body[2..];
        for (int i = 0; i < row.Length; i++)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(body);
            body = body[4..];
            if (length >= 0)
            {
                row[i] = Encoding.UTF8.GetString(body[..length]);
                body = body[length..];
            }
        }

        return row;
    }

    /// <summary>The columns of a query.</summary>
    public static void Describe(ReadOnlySpan<byte> body, List<WireColumn> columns)
    {
        int count = BinaryPrimitives.ReadInt16BigEndian(body);
        body = body[2..];
        for (int i = 0; i < count; i++)
        {
            int end = body.IndexOf((byte)0);
            string name = Encoding.UTF8.GetString(body[..end]);
            // Behind the name: table (4), column (2), type (4), size (2), modifier (4), format (2).
            body = body[(end + 1)..];
            columns.Add(new WireColumn(name, BinaryPrimitives.ReadInt32BigEndian(body[6..]), BinaryPrimitives.ReadInt32BigEndian(body[12..])));
            body = body[18..];
        }
    }
}
