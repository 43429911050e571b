using System.Globalization;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Load;
using RedshiftEtl.Engine.Maintain;
using RedshiftEtl.Engine.Tests.Stage;

namespace RedshiftEtl.Engine.Tests.Maintain;

/// <summary>A schema of a test's own in a warehouse, and what a test sees of the tables in it.</summary>
internal sealed class DeepCopySession : IAsyncDisposable
{
    private readonly WarehouseSession _session;

    private DeepCopySession(WarehouseSession session, RedshiftConnection warehouse, string schema)
    {
        _session = session;
        Warehouse = warehouse;
        Schema = schema;
    }

    public RedshiftConnection Warehouse { get; }

    public string Schema { get; }

    public WarehouseSession Session => _session;

    public static async Task<DeepCopySession> OpenAsync(SandboxServer sandbox)
    {
        RedshiftConnection warehouse = await sandbox.WarehouseAsync();
        string schema = $"dc{Guid.NewGuid():N}"[..14];
        var session = new DeepCopySession(await WarehouseSession.OpenAsync(warehouse, new Silence(), Cancel), warehouse, schema);
        await session.RunAsync($"CREATE SCHEMA {schema}");
        return session;
    }

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Runs statements one by one; § is the schema.</summary>
    public async Task RunAsync(params string[] statements)
    {
        foreach (string sql in statements)
        {
            await _session.ExecuteAsync(sql.Replace("§", Schema, StringComparison.Ordinal), [], Cancel);
        }
    }

    /// <summary>A query's rows, one line each.</summary>
    public async Task<string[]> LinesAsync(string sql) =>
        (await _session.QueryAsync(sql.Replace("§", Schema, StringComparison.Ordinal), [], Cancel))
            .Select(row => string.Join("|", row.Select(value => Convert.ToString(value, CultureInfo.InvariantCulture)))).ToArray();

    public TableName Name(string table) => TableName.Parse($"{Schema}.{table}");

    public Task<DeepCopyResult> CopyAsync(string table, bool includeViews = false, IProgress<EtlEvent>? progress = null) =>
        DeepCopy.RunAsync(Warehouse, Name(table), new DeepCopyOptions { IncludeViews = includeViews }, progress ?? new Silence(), Cancel);

    public async Task<EtlException> RefusedAsync(string table, Fault fault, bool includeViews = false)
    {
        EtlException error = await Assert.ThrowsAsync<EtlException>(() => CopyAsync(table, includeViews));
        Assert.Same(fault, error.Fault);
        return error;
    }

    /// <summary>Everything that the catalog shows of the schema, by queries of this test's own: nothing of the engine's reader.</summary>
    public async Task<string[]> CatalogAsync()
    {
        await RunAsync("SET search_path TO §");
        string[] lines =
        [
            .. await LinesAsync("SELECT 'def', tablename, \"column\", type, encoding, distkey, sortkey, \"notnull\" FROM pg_table_def WHERE schemaname = '§'"),
            .. await LinesAsync("SELECT 'info', \"table\", encoded, diststyle, sortkey1, tbl_rows FROM svv_table_info WHERE schema = '§'"),
            .. await LinesAsync("SELECT 'default', c.relname, d.adnum, regexp_replace(d.adsrc, '[(][0-9]+, [0-9]+, .*', '') FROM pg_attrdef d JOIN pg_class c ON c.oid = d.adrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = '§'"),
            .. await LinesAsync("SELECT 'key', c.relname, k.conname, k.contype, pg_get_constraintdef(k.oid) FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = '§'"),
            .. await LinesAsync("SELECT 'owner', c.relname, c.relkind, u.usename FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_user u ON u.usesysid = c.relowner WHERE n.nspname = '§' AND c.relkind IN ('r', 'v')"),
            .. await LinesAsync("SELECT 'comment', c.relname, d.objsubid, d.description FROM pg_description d JOIN pg_class c ON c.oid = d.objoid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = '§'"),
            .. await LinesAsync("SELECT 'grant', relation_name, privilege_type, identity_type, identity_name, admin_option FROM svv_relation_privileges WHERE namespace_name = '§'"),
            .. await LinesAsync("SELECT 'column grant', relation_name, column_name, privilege_type, identity_type, identity_name FROM svv_column_privileges WHERE namespace_name = '§'"),
            .. (await LinesAsync("SELECT 'view', viewname, definition FROM pg_views WHERE schemaname = '§'")).Select(Uncast),
        ];
        Array.Sort(lines, StringComparer.Ordinal);
        return lines;
    }

    /// <summary>Without casts between varchar's two names, of which the private PostgreSQL adds one whenever it reads a view's text back.</summary>
    private static string Uncast(string view) =>
        view.Replace("::text", "", StringComparison.Ordinal).Replace("::character varying", "", StringComparison.Ordinal)
            .Replace("(", "", StringComparison.Ordinal).Replace(")", "", StringComparison.Ordinal);

    public async ValueTask DisposeAsync() => await _session.DisposeAsync();

    private sealed class Silence : IProgress<EtlEvent>
    {
        public void Report(EtlEvent value)
        {
        }
    }
}

/// <summary>Keeps what was reported.</summary>
internal sealed class Recorded : IProgress<EtlEvent>
{
    private readonly List<EtlEvent> _events = [];

    public IEnumerable<string> Warnings => _events.OfType<WarningEvent>().Select(warning => warning.Message);

    public void Report(EtlEvent value)
    {
        lock (_events)
        {
            _events.Add(value);
        }
    }
}
