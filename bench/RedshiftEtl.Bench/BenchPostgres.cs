using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace RedshiftEtl.Bench;

/// <summary>A private PostgreSQL with one table of 16 columns.</summary>
internal sealed class BenchPostgres : IDisposable
{
    private readonly string _folder;

    /// <summary>Starts it in a folder.</summary>
    public BenchPostgres(string folder)
    {
        _folder = folder;
        Directory.CreateDirectory(folder);
        if (Environment.UserName == "root")
        {
            Shell.Run("chown", "postgres", folder);
        }

        AsServer("initdb", "-D", Data, "-U", "postgres", "--auth=trust", "-E", "UTF8", "--no-sync");
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            Port = ((IPEndPoint)probe.LocalEndpoint).Port;
        }

        AsServer("pg_ctl", "-D", Data, "-w", "-l", Path.Combine(folder, "log"), "-o", string.Create(CultureInfo.InvariantCulture,
            $"-p {Port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off -c shared_buffers=1GB"), "start");
    }

    /// <summary>Its port on 127.0.0.1.</summary>
    public int Port { get; }

    private string Data => Path.Combine(_folder, "data");

    /// <summary>Makes the table anew.</summary>
    public void Fill(long rows)
    {
        Sql(string.Create(CultureInfo.InvariantCulture, $"""
            DROP TABLE IF EXISTS t;
            CREATE UNLOGGED TABLE t AS SELECT
              i::bigint AS id, (i * 7919) % 100000 AS customer_id, ('2020-01-01'::date + (i % 2000)::int) AS order_date,
              timestamp '2020-01-01' + (i || ' seconds')::interval AS created_at, timestamptz '2020-01-01 00:00+00' + ((i * 37) || ' milliseconds')::interval AS updated_at,
              ((i * 13) % 1000000)::numeric(12,2) / 100 AS amount, random() * 1000 AS score, (i % 3 = 0) AS active, 'Customer name ' || i AS name,
              CASE WHEN i % 10 = 0 THEN NULL ELSE 'note, with "quotes" ' || i END AS note, md5(i::text) AS hash, (i % 100)::smallint AS qty,
              CASE WHEN i % 4 = 0 THEN NULL ELSE i % 1000 END AS opt, 'city-' || (i % 500) AS city, (array['new','paid','sent','closed'])[1 + i % 4] AS status,
              ((i % 1000000)::numeric(18,4) / 7)::numeric(20,10) AS ratio
            FROM generate_series(1::bigint, {rows}) i
            """));
        Sql("VACUUM ANALYZE t");
    }

    /// <summary>Runs SQL with psql.</summary>
    public void Sql(string sql) => Shell.Run("psql", "-q", "-X", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", $"{Port}", "-U", "postgres", "-c", sql);

    /// <inheritdoc/>
    public void Dispose() => AsServer("pg_ctl", "-D", Data, "-m", "immediate", "-w", "stop");

    /// <summary>PostgreSQL refuses to run as root. The server keeps its parent's pipes open, so they are not waited for.</summary>
    private static void AsServer(params string[] command)
    {
        string[] whole = Environment.UserName == "root" ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", .. command] : command;
        using Process process = Process.Start(new ProcessStartInfo("bash", ["-c", "\"$@\" > /dev/null 2>&1", "bash", .. whole]) { WorkingDirectory = Path.GetTempPath() })!;
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{command[0]} ended with {process.ExitCode}.");
        }
    }
}
