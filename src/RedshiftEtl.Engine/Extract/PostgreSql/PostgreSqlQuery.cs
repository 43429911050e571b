using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Plan;

namespace RedshiftEtl.Engine.Extract.PostgreSql;

/// <summary>The user's one statement with literals in the place of its parameters, and the way back from what was sent to where it stands in the user's file.</summary>
internal sealed class PostgreSqlQuery
{
    private readonly SqlText _sql;
    private readonly List<int> _literalLengths = [];

    /// <summary>Puts the literals in.</summary>
    /// <exception cref="EtlException"><see cref="Fault.SqlInvalid"/>: not one statement; <see cref="Fault.ParameterMissing"/>.</exception>
    public PostgreSqlQuery(SourceQuery query, PostgreSqlConnection connection)
    {
        _sql = query.Sql;
        SingleStatement.Check(_sql, connection);
        Sent = _sql.Substitute(_sql.Statements[0], name =>
        {
            EtlParameter parameter = query.Parameters.FirstOrDefault(candidate => candidate.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                ?? throw new EtlException(Fault.ParameterMissing, $"The query uses @{name}, but no value is given for it.", name);
            string literal = SqlLiteral.Value(parameter.Value, SqlDialect.PostgreSql);
            _literalLengths.Add(literal.Length);
            return literal;
        });
        if (Sent.Contains('\0', StringComparison.Ordinal))
        {
            throw new EtlException(Fault.SqlInvalid, $"{_sql.Describe(_sql.Statements[0].Start)}: the query has a NUL character in it.", _sql.File ?? connection.Name);
        }
    }

    /// <summary>The statement as the server gets it, without what is put around it.</summary>
    public string Sent { get; }

    /// <summary>The file, or null.</summary>
    public string? File => _sql.File;

    /// <summary>«orders.sql, line 3» for a place in <see cref="Sent"/>.</summary>
    /// <param name="character">Index in <see cref="Sent"/>, counted in code points as the server counts; negative for the statement's start.</param>
    public string Describe(int character)
    {
        SqlStatement statement = _sql.Statements[0];
        int index = 0;
        for (int i = 0; i < character && index < Sent.Length; i++)
        {
            index += char.IsSurrogatePair(Sent, index) ? 2 : 1;
        }

        // Each literal before the place has moved it by the difference to its @name.
        int moved = 0;
        int next = 0;
        foreach (ParameterReference reference in _sql.References)
        {
            int start = reference.Start - statement.Start;
            if (start < 0 || next >= _literalLengths.Count)
            {
                continue;
            }

            if (start + moved >= index)
            {
                break;
            }

            moved += _literalLengths[next++] - reference.Length;
        }

        return _sql.Describe(statement.Start + Math.Clamp(index - moved, 0, statement.Text.Length));
    }
}
