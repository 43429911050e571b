using System.Data.Common;
using System.Linq.Expressions;
using System.Net.Sockets;

namespace RedshiftEtl.Engine.Extract.MySql;

/// <summary>Cuts a connection off. MySqlConnector stops a query over a second connection, and closes a reader by reading all that is left of it: where the server takes no second
/// connection, that would be the whole result. The socket is in a field that it does not show, as <see cref="MySqlRowData"/>'s bytes are.</summary>
internal static class MySqlSocket
{
    private static readonly Func<MySqlConnector.MySqlConnection, Socket?> s_find = Compile();

    /// <summary>Closes the socket; whoever reads from it fails. The server ends the query when it next sends rows.</summary>
    public static void Close(DbConnection connection) => s_find((MySqlConnector.MySqlConnection)connection)?.Dispose();

    private static Func<MySqlConnector.MySqlConnection, Socket?> Compile()
    {
        ParameterExpression connection = Expression.Parameter(typeof(MySqlConnector.MySqlConnection));
        Expression session = Expression.Field(connection, "m_session");
        Expression socket = Expression.Condition(Expression.ReferenceEqual(session, Expression.Constant(null)), Expression.Constant(null, typeof(Socket)), Expression.Field(session, "m_socket"));
        return Expression.Lambda<Func<MySqlConnector.MySqlConnection, Socket?>>(socket, connection).Compile();
    }
}
