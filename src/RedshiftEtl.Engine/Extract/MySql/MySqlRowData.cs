using System.Linq.Expressions;
using MySqlConnector;

namespace RedshiftEtl.Engine.Extract.MySql;

/// <summary>The bytes of a reader's current row as the server sent them. MySqlConnector's getters box every number and date and make a string of every text, and its floats have lost
/// digits; the bytes are all there, in a field that it does not show. The package's version is pinned and lies in the module's own folder, and a test reads through this.</summary>
internal static class MySqlRowData
{
    private static readonly Func<MySqlDataReader, ReadOnlyMemory<byte>> s_read = Compile();

    /// <summary>The current row in the binary protocol: a zero, a bitmap of the NULLs, the values. Valid until the next row is read.</summary>
    public static ReadOnlySpan<byte> Of(MySqlDataReader reader) => s_read(reader).Span;

    /// <summary>Makes sure that the field is there, before a server is asked for anything.</summary>
    public static void Require() => _ = s_read;

    private static Func<MySqlDataReader, ReadOnlyMemory<byte>> Compile()
    {
        ParameterExpression reader = Expression.Parameter(typeof(MySqlDataReader));
        Expression row = Expression.Field(Expression.Field(reader, "m_resultSet"), "m_row");
        return Expression.Lambda<Func<MySqlDataReader, ReadOnlyMemory<byte>>>(Expression.Field(row, "m_data"), reader).Compile();
    }
}
