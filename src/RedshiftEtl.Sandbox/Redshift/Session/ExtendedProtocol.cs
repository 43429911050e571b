using RedshiftEtl.Sandbox.Redshift.Sql;
using RedshiftEtl.Sandbox.Redshift.Wire;

namespace RedshiftEtl.Sandbox.Redshift.Session;

/// <summary>Parse, Bind, Describe, Execute and Close: passed on for what the private PostgreSQL runs, answered here for
/// what the sandbox carries out itself.</summary>
internal sealed class ExtendedProtocol(BackendSession backend, StatementRunner runner, MessageWriter client, StatementFaultPoints faults, Func<Statement, Plan> translate)
{
    private readonly Dictionary<string, Prepared> _statements = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Prepared> _portals = new(StringComparer.Ordinal);

    /// <summary>Prepares a statement.</summary>
    public async Task ParseAsync(ReadOnlyMemory<byte> body)
    {
        var (name, sql, types) = ReadParse(body.Span);
        var statements = StatementSplitter.Split(sql);
        if (statements.Count > 1) throw new BackendException("42601", "cannot insert multiple commands into a prepared statement");
        if (name.Length > 0 && _statements.GetValueOrDefault(name) is { Plan: LocalPlan })
            throw new BackendException("42P05", $"prepared statement \"{name}\" already exists");
        var plan = statements.Count == 0 ? new ForwardPlan(new SqlText()) : translate(statements[0]);
        string text = statements.Count == 0 ? "" : statements[0].Text;
        if (plan is LocalPlan)
        {
            RefuseParameters(statements[0]);
            await backend.DrainAsync().ConfigureAwait(false);
            if (runner.BatchFailed) return;
            client.Empty('1');
        }
        else if (plan is ForwardPlan forward)
        {
            // Analysing a write locks the table; the lock that makes writers wait must come first, or two writers deadlock.
            if (forward.Writes is { } table) runner.LockForWrite(table);
            backend.Parse(name, forward.Sql.ToString(), types, new Expectation(ReplyKind.Parse, true) { Sql = forward.Sql, Source = sql });
        }
        _statements[name] = new Prepared(plan, sql, text, statements.Count == 0 ? "" : statements[0].Comment);
    }

    /// <summary>Binds parameters to a portal.</summary>
    public async Task BindAsync(ReadOnlyMemory<byte> raw)
    {
        var (portal, name) = ReadNames(raw.Span[5..]);
        var prepared = _statements.GetValueOrDefault(name);
        if (prepared is { Plan: LocalPlan })
        {
            await backend.DrainAsync().ConfigureAwait(false);
            if (runner.BatchFailed) return;
            // A portal of that name makes way, as in any server: while it lives, its table can't be dropped.
            if (_portals.GetValueOrDefault(portal) is { Plan: ForwardPlan })
            {
                backend.ClosePortal(portal);
                await backend.DrainAsync().ConfigureAwait(false);
            }
            client.Empty('2');
        }
        else
        {
            if (prepared?.Plan is ForwardPlan { Writes: { } table }) runner.LockForWrite(table);
            backend.Forward(raw.Span, Relayed(ReplyKind.Bind, prepared));
        }
        if (prepared is null) _portals.Remove(portal);
        else _portals[portal] = prepared;
    }

    /// <summary>Describes a statement or portal.</summary>
    public async Task DescribeAsync(ReadOnlyMemory<byte> raw)
    {
        var (isStatement, prepared, _) = Find(raw.Span[5..]);
        if (prepared is not { Plan: LocalPlan })
        {
            backend.Forward(raw.Span, Relayed(isStatement ? ReplyKind.DescribeStatement : ReplyKind.DescribePortal, prepared));
            return;
        }
        await backend.DrainAsync().ConfigureAwait(false);
        if (runner.BatchFailed) return;
        if (isStatement) client.Begin('t').Int16(0).End();
        client.Empty('n');
    }

    /// <summary>Executes a portal.</summary>
    /// <param name="raw">The message.</param>
    /// <param name="isLast">Whether Sync follows at once.</param>
    public async Task ExecuteAsync(ReadOnlyMemory<byte> raw, bool isLast)
    {
        string portal = new BodyReader(raw.Span[5..]).Text();
        var prepared = _portals.GetValueOrDefault(portal);
        if (prepared is not null) await faults.BeforeAsync(prepared.Text, prepared.Comment).ConfigureAwait(false);
        if (prepared is { Plan: LocalPlan local })
        {
            await runner.RunLocalAsync(local, several: !isLast).ConfigureAwait(false);
            return;
        }
        if (prepared is { Plan: ForwardPlan forward } && await runner.EnterAsync(forward, several: false).ConfigureAwait(false)) return;
        backend.Forward(raw.Span, Relayed(ReplyKind.Execute, prepared));
    }

    /// <summary>Closes a statement or portal.</summary>
    public async Task CloseAsync(ReadOnlyMemory<byte> raw)
    {
        var (isStatement, prepared, name) = Find(raw.Span[5..]);
        if (isStatement) _statements.Remove(name);
        else _portals.Remove(name);
        if (prepared is not { Plan: LocalPlan })
        {
            backend.Forward(raw.Span, Relayed(ReplyKind.Close, prepared));
            return;
        }
        await backend.DrainAsync().ConfigureAwait(false);
        if (!runner.BatchFailed) client.Empty('3');
    }

    /// <summary>Forgets portals, which end with their transaction.</summary>
    public void EndBatch()
    {
        if (!runner.InBlock) _portals.Clear();
    }

    private static Expectation Relayed(ReplyKind kind, Prepared? prepared) =>
        new(kind, true) { Sql = (prepared?.Plan as ForwardPlan)?.Sql, Source = prepared?.Source };

    private static void RefuseParameters(Statement statement)
    {
        foreach (var token in statement.Tokens)
            if (token.Kind == TokenKind.Parameter) throw Lexer.Unexpected(token);
    }

    private static (string Name, string Sql, byte[] Types) ReadParse(ReadOnlySpan<byte> body)
    {
        var reader = new BodyReader(body);
        return (reader.Text(), reader.Text(), reader.Rest.ToArray());
    }

    private static (string Portal, string Statement) ReadNames(ReadOnlySpan<byte> body)
    {
        var reader = new BodyReader(body);
        return (reader.Text(), reader.Text());
    }

    private (bool IsStatement, Prepared? Prepared, string Name) Find(ReadOnlySpan<byte> body)
    {
        var reader = new BodyReader(body);
        bool isStatement = reader.Byte() switch
        {
            (byte)'S' => true,
            (byte)'P' => false,
            var other => throw new ProtocolException($"invalid DESCRIBE or CLOSE message subtype {other}"),
        };
        string name = reader.Text();
        return (isStatement, (isStatement ? _statements : _portals).GetValueOrDefault(name), name);
    }

    private sealed record Prepared(Plan Plan, string Source, string Text, string Comment);
}
