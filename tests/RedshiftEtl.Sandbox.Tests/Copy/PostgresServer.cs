using System.ComponentModel;
using System.Diagnostics;
using Npgsql;
using RedshiftEtl.Sandbox.Copy.Journal;

[assembly: AssemblyFixture(typeof(RedshiftEtl.Sandbox.Tests.Copy.PostgresServer))]

namespace RedshiftEtl.Sandbox.Tests.Copy;

/// <summary>A private PostgreSQL on a Unix socket, started when the first test needs it, in a folder that goes away.</summary>
public sealed class PostgresServer : IAsyncDisposable
{
    /// <summary>What the front end provides: the target's columns in Redshift's words.</summary>
    private const string CopyColumns =
        """
        CREATE FUNCTION rs_internal.copy_columns(t regclass)
        RETURNS TABLE (name text, ordinal int, redshift_type text, length int, "precision" int, scale int, not_null bool, default_expression text, identity_kind text)
        LANGUAGE sql STABLE AS $$
            SELECT a.attname::text, a.attnum::int,
                   CASE y.typname WHEN 'int2' THEN 'smallint' WHEN 'int4' THEN 'integer' WHEN 'int8' THEN 'bigint' WHEN 'float4' THEN 'real'
                        WHEN 'float8' THEN 'double precision' WHEN 'bool' THEN 'boolean' WHEN 'bpchar' THEN 'char' WHEN 'jsonb' THEN 'super'
                        WHEN 'bytea' THEN 'varbyte' WHEN 'point' THEN 'geometry' ELSE y.typname::text END,
                   CASE WHEN y.typname IN ('varchar', 'bpchar') THEN a.atttypmod - 4 WHEN y.typname = 'bytea' THEN coalesce(col_description(t, a.attnum)::int, 64000) END,
                   CASE WHEN y.typname = 'numeric' THEN (a.atttypmod - 4) >> 16 END,
                   CASE WHEN y.typname = 'numeric' THEN (a.atttypmod - 4) & 65535 END,
                   a.attnotnull, pg_get_expr(d.adbin, d.adrelid),
                   CASE a.attidentity WHEN 'a' THEN 'identity' WHEN 'd' THEN 'default' END
            FROM pg_attribute a JOIN pg_type y ON y.oid = a.atttypid LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
            WHERE a.attrelid = t AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum $$;
        GRANT USAGE ON SCHEMA rs_internal TO PUBLIC;
        """;

    private static readonly string? s_binaries =
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Concat(Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql").OrderDescending(StringComparer.Ordinal).Select(folder => Path.Combine(folder, "bin")) : [])
        .FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "postgres")));

    private readonly Lazy<Task<NpgsqlDataSource>> _started;
    private readonly string _folder = Directory.CreateTempSubdirectory("rs").FullName;
    private Process? _server;
    private int _numbers;

    public PostgresServer() => _started = new Lazy<Task<NpgsqlDataSource>>(StartAsync);

    /// <summary>Connections as superuser.</summary>
    public Task<NpgsqlDataSource> DataSource => _started.Value;

    /// <summary>A number that no other test has.</summary>
    public int NextNumber() => Interlocked.Increment(ref _numbers);

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            NpgsqlConnection.ClearAllPools();
            await RunAsync(Binary("pg_ctl"), "stop", "-D", Path.Combine(_folder, "data"), "-m", "immediate", "-w");
            await _server.WaitForExitAsync();
            _server.Dispose();
        }
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<NpgsqlDataSource> StartAsync()
    {
        if (s_binaries is null)
            Assert.Skip("PostgreSQL's initdb and postgres are neither on the PATH nor in /usr/lib/postgresql.");
        string data = Path.Combine(_folder, "data");
        if (Environment.UserName == "root")
            await Started("chown", ["postgres", _folder]).WaitForExitAsync();
        await RunAsync(Binary("initdb"), "-D", data, "-U", "postgres", "--auth=trust", "-E", "UTF8", "--locale=C", "--no-sync");
        _server = Started(Unprivileged(Binary("postgres"), "-D", data, "-k", _folder, "-c", "listen_addresses=", "-c", "fsync=off", "-c", "max_wal_size=4GB", "-c", "log_min_messages=panic"));
        var dataSource = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder { Host = _folder, Username = "postgres", Database = "postgres", CommandTimeout = 60 });
        while (!await AnswersAsync(dataSource))
            Assert.False(_server.HasExited, "postgres has ended");
        await new LoadJournal(dataSource).InitializeAsync(CancellationToken.None);
        await using NpgsqlCommand command = dataSource.CreateCommand(CopyColumns);
        await command.ExecuteNonQueryAsync();
        return dataSource;
    }

    private static string Binary(string name) => Path.Combine(s_binaries!, name);

    private static async Task<bool> AnswersAsync(NpgsqlDataSource dataSource)
    {
        try
        {
            await using NpgsqlConnection connection = await dataSource.OpenConnectionAsync();
            return true;
        }
        catch (NpgsqlException)
        {
            await Task.Yield();
            return false;
        }
    }

    private static async Task RunAsync(params string[] command)
    {
        using Process process = Started(Unprivileged(command));
        string errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, errors);
    }

    /// <summary>PostgreSQL refuses to run as root.</summary>
    private static string[] Unprivileged(params string[] command) =>
        Environment.UserName == "root" ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", .. command] : command;

    private static Process Started(string file, string[] arguments) => Started([file, .. arguments]);

    private static Process Started(string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true, RedirectStandardOutput = true, WorkingDirectory = Path.GetTempPath() };
        Process process = Process.Start(start) ?? throw new Win32Exception(command[0]);
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        if (command.Contains("-k"))
        {
            process.ErrorDataReceived += (_, _) => { };
            process.BeginErrorReadLine();
        }
        return process;
    }
}
