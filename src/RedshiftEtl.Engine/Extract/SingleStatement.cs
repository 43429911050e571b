using System.Globalization;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Plan;

namespace RedshiftEtl.Engine.Extract;

/// <summary>A source takes one statement, whose rows are loaded.</summary>
internal static class SingleStatement
{
    /// <summary>Refuses none and several.</summary>
    /// <exception cref="EtlException"><see cref="Fault.SqlInvalid"/>, with the line of the second.</exception>
    public static void Check(SqlText sql, SourceConnection connection)
    {
        if (sql.Statements.Count != 1)
        {
            throw new EtlException(Fault.SqlInvalid, string.Create(CultureInfo.InvariantCulture,
                $"{sql.Describe(sql.Statements.Count > 1 ? sql.Statements[1].Start : 0)}: the query on '{connection.Name}' must be one statement, but there are {sql.Statements.Count}."),
                sql.File ?? connection.Name);
        }
    }
}
