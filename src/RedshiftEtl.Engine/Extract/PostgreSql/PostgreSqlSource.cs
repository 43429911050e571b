using System.Globalization;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Plan;

namespace RedshiftEtl.Engine.Extract.PostgreSql;

/// <summary>Reads from PostgreSQL through the server's own COPY … TO STDOUT as CSV: the client only moves bytes, and looks at them in passing.</summary>
internal sealed class PostgreSqlSource(PostgreSqlConnection connection) : ISource
{
    private const string Begin = "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY; ";

    /// <summary>Makes the server write the same text whatever its, the database's and the user's settings are.</summary>
    private const string Settings =
        "SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL timezone = 'UTC'; SET LOCAL intervalstyle = 'postgres'; "
        + "SET LOCAL extra_float_digits = 3; SET LOCAL standard_conforming_strings = on; "
        // As pg_dump does: an extract takes as long as it takes. Not every version has all of these.
        + "SELECT set_config(name, '0', true) FROM pg_catalog.pg_settings WHERE name IN ('statement_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout')";

    /// <inheritdoc/>
    public bool CanPartition => true;

    /// <inheritdoc/>
    public Task<ISourceReader> OpenAsync(SourceQuery query, CsvDialect dialect, CancellationToken cancel)
    {
        var sent = new PostgreSqlQuery(query, connection);
        return RunAsync<ISourceReader>(
            session =>
            {
                session.Execute(Begin + Settings);
                (EtlColumn[] columns, PostgreSqlMapping[] mappings) = Describe(session, sent.Sent);
                ColumnNames.Check(columns, connection.Name);
                return query.Partition is null ? Reader(session, "true") : OpenPartitions(session, query.Partition, sent.Sent, columns, Reader, cancel);

                PostgreSqlReader Reader(WireSession own, string condition)
                {
                    (string copy, int offset) = Copy(sent.Sent, mappings, dialect, condition);
                    return new PostgreSqlReader(own, connection, sent, copy, offset, columns, mappings.Select(mapping => mapping.Rule).ToArray(), dialect, query.Rules);
                }
            },
            error => PostgreSqlError.Statement(error, connection, sent, 0),
            cancel);
    }

    /// <inheritdoc/>
    public async Task<string> TestAsync(CancellationToken cancel) => await RunAsync(
        session =>
        {
            using (session)
            {
                return session.Query("SELECT version()")[0][0]!;
            }
        },
        error => PostgreSqlError.Connect(error, connection),
        cancel);

    /// <summary>Opens a session for every range but the first, in the snapshot of the one that is there.</summary>
    private PartitionedReader OpenPartitions(
        WireSession leader, SourcePartition partition, string query, EtlColumn[] columns, Func<WireSession, string, PostgreSqlReader> read, CancellationToken cancel)
    {
        int index = PostgreSqlRanges.Find(partition, columns);
        string names = string.Join(", ", columns.Select((_, i) => Name(i)));
        IReadOnlyList<string> cuts = PostgreSqlRanges.Cuts(leader, $"({query}\n) AS q({names})", Name(index), columns[index].SourceType, partition.Count);
        IReadOnlyList<string> conditions = PostgreSqlRanges.Conditions(Name(index), cuts);
        string snapshot = SqlLiteral.Text(leader.Query("SELECT pg_export_snapshot()")[0][0]!, SqlDialect.PostgreSql);
        var sessions = new List<WireSession> { leader };
        try
        {
            while (sessions.Count < conditions.Count)
            {
                sessions.Add(Open(new WireSettings(connection), cancel));
                // The snapshot must be set before the settings' own query.
                sessions[^1].Execute($"{Begin}SET TRANSACTION SNAPSHOT {snapshot}; {Settings}");
            }

            return new PartitionedReader(sessions.Select((session, i) => read(session, conditions[i])).ToArray());
        }
        catch
        {
            sessions.Skip(1).ToList().ForEach(session => session.Dispose());
            throw;
        }
    }

    /// <summary>Opens a session and works on it, on a thread that may block. When the work fails the session is closed.</summary>
    private async Task<T> RunAsync<T>(Func<WireSession, T> work, Func<Exception, EtlException> translate, CancellationToken cancel)
    {
        var settings = new WireSettings(connection);
        return await Task.Factory.StartNew(
            () =>
            {
                WireSession? session = null;
                try
                {
                    session = Open(settings, cancel);
                    using CancellationTokenRegistration stop = cancel.Register(state => _ = ((WireSession)state!).CancelAsync(), session);
                    return work(session);
                }
                catch (Exception e)
                {
                    session?.Dispose();
                    cancel.ThrowIfCancellationRequested();
                    if (PostgreSqlError.IsForeign(e))
                    {
                        throw translate(e);
                    }

                    throw;
                }
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    private WireSession Open(WireSettings settings, CancellationToken cancel)
    {
        try
        {
            return WireSession.Open(settings, cancel);
        }
        catch (Exception e) when (PostgreSqlError.IsForeign(e))
        {
            cancel.ThrowIfCancellationRequested();
            throw PostgreSqlError.Connect(e, connection);
        }
    }

    private static (EtlColumn[] Columns, PostgreSqlMapping[] Mappings) Describe(WireSession session, string query)
    {
        IReadOnlyList<WireColumn> described = session.Describe(query);
        var columns = new EtlColumn[described.Count];
        var mappings = new PostgreSqlMapping[described.Count];
        if (described.Count == 0)
        {
            return (columns, mappings);
        }

        string types = string.Join(", ", described.Select((column, i) => string.Create(CultureInfo.InvariantCulture, $"({i}, {(uint)column.TypeId}::oid, {column.Modifier})")));
        List<string?[]> names = session.Query(
            $"SELECT format_type(c.id, c.modifier), t.typtype FROM (VALUES {types}) AS c(i, id, modifier) JOIN pg_catalog.pg_type AS t ON t.oid = c.id ORDER BY c.i");
        for (int i = 0; i < columns.Length; i++)
        {
            string type = names[i][0]!;
            mappings[i] = PostgreSqlTypes.Map(type, isEnum: names[i][1] == "e");
            columns[i] = new EtlColumn(described[i].Name, type, mappings[i].RedshiftType);
        }

        return (columns, mappings);
    }

    /// <summary>The COPY that streams the query. Inside, its columns are named by number, so that their own names don't matter.</summary>
    private static (string Copy, int Offset) Copy(string query, PostgreSqlMapping[] mappings, CsvDialect dialect, string condition)
    {
        string names = string.Join(", ", mappings.Select((_, i) => Name(i)));
        string expressions = string.Join(", ", mappings.Select((mapping, i) =>
            mapping.Expression is { } expression ? $"{string.Format(CultureInfo.InvariantCulture, expression, Name(i))} AS {Name(i)}" : Name(i)));
        string before = $"COPY (SELECT {expressions} FROM (";
        // An empty text alone in its row would be an empty line, which COPY does not take for a row (fact sheet 6, code 1211).
        string quoted = mappings.Length == 1 ? $", FORCE_QUOTE ({Name(0)})" : "";
        string where = condition == "true" ? "" : $" WHERE {condition}";
        return ($"{before}{query}\n) AS q({names}){where}) TO STDOUT (FORMAT csv, NULL {SqlLiteral.Text(dialect.NullMarker, SqlDialect.PostgreSql)}, ENCODING 'UTF8'{quoted})", before.Length);
    }

    private static string Name(int i) => string.Create(CultureInfo.InvariantCulture, $"\"{i + 1}\"");
}
