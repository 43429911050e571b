using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace RedshiftEtl.Bench;

/// <summary>A private MariaDB with a table like PostgreSQL's.</summary>
internal sealed class BenchMariaDb : IDisposable
{
    private readonly Process _server;
    private readonly string _socket;

    /// <summary>Starts it in a folder.</summary>
    public BenchMariaDb(string folder)
    {
        Directory.CreateDirectory(folder);
        if (Environment.UserName == "root")
        {
            Shell.Run("chown", "mysql", folder);
        }

        string data = Path.Combine(folder, "data");
        _socket = Path.Combine(folder, "s");
        string[] install = AsServer("mariadb-install-db", "--no-defaults", $"--datadir={data}", "--auth-root-authentication-method=normal", "--skip-test-db");
        Shell.Run(install[0], install[1..]);
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            Port = ((IPEndPoint)probe.LocalEndpoint).Port;
        }

        string[] server = AsServer("mariadbd", "--no-defaults", $"--datadir={data}", $"--socket={_socket}", string.Create(CultureInfo.InvariantCulture, $"--port={Port}"), "--bind-address=127.0.0.1",
            "--skip-log-bin", "--skip-name-resolve", "--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=2G");
        _server = Process.Start(new ProcessStartInfo(server[0], server[1..]) { RedirectStandardError = true, WorkingDirectory = Path.GetTempPath() })!;
        var ready = new TaskCompletionSource();
        _server.ErrorDataReceived += (_, e) =>
        {
            if (e.Data is null || e.Data.Contains("ready for connections", StringComparison.Ordinal))
            {
                ready.TrySetResult();
            }
        };
        _server.BeginErrorReadLine();
        ready.Task.GetAwaiter().GetResult();
        Sql("CREATE DATABASE bench CHARACTER SET utf8mb4");
    }

    /// <summary>Its port on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>Whether MariaDB's programs are on the PATH.</summary>
    public static bool IsInstalled => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "mariadbd")));

    /// <summary>The command-line client, for its socket.</summary>
    public string Client => $"mariadb --no-defaults -u root -S {_socket} bench";

    /// <summary>Makes the table anew.</summary>
    public void Fill(long rows) => Sql(string.Create(CultureInfo.InvariantCulture, $"""
        DROP TABLE IF EXISTS bench.t;
        CREATE TABLE bench.t (id bigint PRIMARY KEY, customer_id int, order_date date, created_at datetime, updated_at timestamp(3) NULL, amount decimal(12,2), score double, active tinyint(1), name varchar(60),
          note varchar(60), hash char(32), qty smallint, opt int, city varchar(20), status varchar(10), payload varbinary(16));
        INSERT INTO bench.t SELECT seq, (seq * 7919) % 100000, date '2020-01-01' + INTERVAL (seq % 2000) DAY, timestamp '2020-01-01 00:00:00' + INTERVAL seq SECOND, timestamp '2020-01-01 04:00:00' + INTERVAL seq * 37000 MICROSECOND,
          ((seq * 13) % 1000000) / 100, rand(seq) * 1000, seq % 3 = 0, concat('Customer name ', seq), if(seq % 10 = 0, NULL, concat('note, with "quotes" ', seq)), md5(seq), seq % 100,
          if(seq % 4 = 0, NULL, seq % 1000), concat('city-', seq % 500), elt(1 + seq % 4, 'new', 'paid', 'sent', 'closed'), unhex(left(md5(seq), 16))
        FROM bench.seq_1_to_{rows};
        """));

    /// <inheritdoc/>
    public void Dispose()
    {
        _server.Kill();
        _server.WaitForExit();
        _server.Dispose();
    }

    private void Sql(string sql) => Shell.Run("mariadb", "--no-defaults", "-u", "root", "-S", _socket, "-e", sql);

    /// <summary>MariaDB refuses to run as root.</summary>
    private static string[] AsServer(params string[] command) =>
        Environment.UserName == "root" ? ["setpriv", "--reuid=mysql", "--regid=mysql", "--clear-groups", .. command] : command;
}
