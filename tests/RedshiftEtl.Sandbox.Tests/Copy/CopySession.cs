using System.Globalization;
using System.IO.Compression;
using System.Text;
using Npgsql;
using RedshiftEtl.Sandbox.Copy;
using RedshiftEtl.Sandbox.Copy.Input;
using RedshiftEtl.Sandbox.Copy.Journal;
using RedshiftEtl.Sandbox.Redshift;
using RedshiftEtl.Sandbox.S3;

namespace RedshiftEtl.Sandbox.Tests.Copy;

/// <summary>A session with a schema, a bucket 'b' and an account of its own.</summary>
internal sealed class CopySession : IAsyncDisposable
{
    public const string Role = "iam_role default";

    private readonly PostgresServer _server;
    private readonly NpgsqlConnection _connection;
    private readonly string _folder = Directory.CreateTempSubdirectory("s3").FullName;
    private readonly SortedDictionary<string, StoredObject> _objects = new(StringComparer.Ordinal);

    private CopySession(PostgresServer server, NpgsqlConnection connection, NpgsqlDataSource dataSource, string schema)
    {
        _server = server;
        _connection = connection;
        Schema = schema;
        Journal = new LoadJournal(dataSource);
    }

    public string Schema { get; }

    public LoadJournal Journal { get; }

    public LastCopy LastCopy { get; } = new();

    public SandboxKeys Keys { get; init; } = new() { AccessKey = "AKIDEXAMPLE", SecretKey = "s3cr3t-marker" };

    public string UserName { get; init; } = "postgres";

    public bool QuotedFieldCanBeNull { get; set; } = true;

    public Action<long>? BytesRead { get; set; }

    public Func<string, CancellationToken, Task>? LockTarget { get; set; }

    /// <summary>The id of the last COPY that was sent.</summary>
    public long QueryId { get; private set; }

    public static async Task<CopySession> OpenAsync(PostgresServer server)
    {
        NpgsqlDataSource dataSource = await server.DataSource;
        NpgsqlConnection connection = await dataSource.OpenConnectionAsync();
        var session = new CopySession(server, connection, dataSource, $"t{server.NextNumber()}");
        await session.SqlAsync($"CREATE SCHEMA {session.Schema}; SET search_path = {session.Schema}, rs_system; SET timezone = 'UTC'");
        return session;
    }

    /// <summary>Opens a session with a table t of those columns.</summary>
    public static async Task<CopySession> WithTableAsync(PostgresServer server, string columns)
    {
        CopySession session = await OpenAsync(server);
        await session.SqlAsync($"CREATE TABLE t ({columns})");
        return session;
    }

    public void Put(string key, string text) => Put(key, Encoding.UTF8.GetBytes(text));

    public void Put(string key, byte[] bytes)
    {
        string path = Path.Combine(_folder, Guid.NewGuid().ToString("N"));
        File.WriteAllBytes(path, bytes);
        _objects[key] = new StoredObject("b", key, bytes.Length, "\"etag\"", DateTimeOffset.UnixEpoch, path);
    }

    public Task<CopyResult> CopyAsync(string sql) => CopyUntilAsync(sql, TestContext.Current.CancellationToken);

    public async Task<CopyResult> CopyUntilAsync(string sql, CancellationToken cancel)
    {
        QueryId = _server.NextNumber();
        var objects = new StagedObjects(
            bucket => bucket == "b",
            (_, key) => _objects.GetValueOrDefault(key),
            (_, prefix) => _objects.Where(o => o.Key.StartsWith(prefix, StringComparison.Ordinal)).Select(o => o.Value).ToList(),
            o => File.OpenRead(o.Path));
        var context = new CopyContext
        {
            Objects = objects, Keys = Keys, Journal = Journal, LastCopy = LastCopy, UserName = UserName, Database = "dev",
            QueryId = QueryId, TransactionId = QueryId + 1, QuotedFieldCanBeNull = QuotedFieldCanBeNull, BytesRead = BytesRead, LockTarget = LockTarget,
        };
        return await CopyCommand.ExecuteAsync(sql, new NpgsqlBackend(_connection), context, cancel);
    }

    /// <summary>Copies 'data' from one file into t with the options given.</summary>
    public Task<CopyResult> LoadAsync(string data, string options = "csv") => LoadAsync(Encoding.UTF8.GetBytes(data), options);

    public Task<CopyResult> LoadAsync(byte[] data, string options = "csv")
    {
        Put("data", data);
        return CopyAsync($"copy t from 's3://b/data' {Role} {options}");
    }

    /// <summary>Loads and gives the table back: fields with '|' between, NULL as ∅, in the order of loading.</summary>
    public async Task<string[]> RowsAfterAsync(string data, string options = "csv")
    {
        await LoadAsync(data, options);
        return await RowsAsync();
    }

    public async Task<string[]> RowsAsync(string from = "t") =>
        (await SqlAsync($"SELECT * FROM {from}")).Select(row => string.Join('|', row.Select(value => value ?? "∅"))).ToArray();

    /// <summary>Loads what must fail by its data, and gives the row of STL_LOAD_ERRORS.</summary>
    public async Task<LoadErrorRow> ErrorAsync(string data, string options = "csv") => await ErrorAsync(Encoding.UTF8.GetBytes(data), options);

    public async Task<LoadErrorRow> ErrorAsync(byte[] data, string options = "csv")
    {
        var failure = await Assert.ThrowsAsync<BackendException>(() => LoadAsync(data, options));
        Assert.Equal("Load into table 't' failed.  Check 'stl_load_errors' system table for details.", failure.Message);
        Assert.Equal("XX000", failure.SqlState);
        return Assert.Single(await ErrorsAsync());
    }

    public async Task<IReadOnlyList<LoadErrorRow>> ErrorsAsync()
    {
        IReadOnlyList<string?[]> rows = await SqlAsync(
            $"SELECT trim(filename), line_number, trim(colname), trim(type), trim(col_length), position, trim(raw_line), trim(raw_field_value), err_code, trim(err_reason) FROM stl_load_errors WHERE query = {QueryId} ORDER BY line_number");
        return rows.Select(r => new LoadErrorRow(r[0]!, Number(r[1]), r[2]!, r[3]!, r[4]!, Number(r[5]), r[6]!, r[7]!, Number(r[8]), r[9]!)).ToList();
    }

    private static int Number(string? text) => int.Parse(text!, CultureInfo.InvariantCulture);

    public Task<IReadOnlyList<string?[]>> SqlAsync(string sql) => new NpgsqlBackend(_connection).QueryAsync(sql, CancellationToken.None);

    public async Task<string?> ScalarAsync(string sql) => (await SqlAsync(sql))[0][0];

    /// <summary>Asks from another session.</summary>
    public async Task<string?> ObserveAsync(string sql)
    {
        await using NpgsqlConnection connection = await (await _server.DataSource).OpenConnectionAsync();
        return (await new NpgsqlBackend(connection).QueryAsync(sql, CancellationToken.None))[0][0];
    }

    public static byte[] Gzip(byte[] data)
    {
        // GZipStream writes nothing at all for nothing; the gzip program writes a member.
        if (data.Length == 0)
            return [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal))
            gzip.Write(data);
        return packed.ToArray();
    }

    public static byte[] Zstd(byte[] data)
    {
        using var packed = new MemoryStream();
        using (var zstd = new ZstdSharp.CompressionStream(packed))
        {
            zstd.SetParameter(ZstdSharp.Unsafe.ZSTD_cParameter.ZSTD_c_checksumFlag, 1);
            zstd.Write(data);
        }
        return packed.ToArray();
    }

    public static byte[] Bzip2(byte[] data)
    {
        using var packed = new MemoryStream();
        using (var bzip2 = new ICSharpCode.SharpZipLib.BZip2.BZip2OutputStream(packed) { IsStreamOwner = false })
            bzip2.Write(data);
        return packed.ToArray();
    }

    public async ValueTask DisposeAsync()
    {
        await using (NpgsqlConnection connection = await (await _server.DataSource).OpenConnectionAsync())
        await using (var command = new NpgsqlCommand($"DROP SCHEMA {Schema} CASCADE", connection))
        {
            await _connection.DisposeAsync();
            await command.ExecuteNonQueryAsync();
        }
        Directory.Delete(_folder, recursive: true);
    }
}

/// <summary>A row of STL_LOAD_ERRORS without its padding.</summary>
internal sealed record LoadErrorRow(
    string File, int Line, string Column, string Type, string Length, int Position, string RawLine, string RawField, int Code, string Reason);
