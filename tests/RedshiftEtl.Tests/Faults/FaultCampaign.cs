using System.Diagnostics;
using System.Globalization;
using RedshiftEtl.Tests.Hosting;

namespace RedshiftEtl.Tests.Faults;

/// <summary>Run, break, run again, compare: for one mode and load, one fault after the other. Each trial changes the source first, so that every run has something to load.</summary>
internal sealed class FaultCampaign : IDisposable
{
    private static readonly DateTime s_start = new(2026, 2, 1);

    private readonly BreakingSandbox _sandbox;
    private readonly ProjectFolder _project;
    private readonly string _mode;
    private readonly string _load;
    private readonly int _moreRows;
    private readonly SortedDictionary<int, string> _source = [];
    private int _newest;

    public FaultCampaign(BreakingSandbox sandbox, string mode, string load, int moreRows = 0)
    {
        _sandbox = sandbox;
        _mode = mode;
        _load = load;
        _moreRows = moreRows;
        _project = sandbox.Project();
        _project.Source("CREATE TABLE data (id INT, name TEXT, changed TIMESTAMP)");
        string lag = mode is "Overwrite" or "Merge" ? "@{ Column = 'changed'; Lag = '00:00:05' }" : "'changed'";
        _project.Job("rows", $$"""@{ Mode = '{{mode}}'; Table = '§SCHEMA.rows';{{(mode == "Merge" ? " Key = 'id';" : "")}} Watermark = {{lag}}; Retry = 0; Compression = '{{(moreRows > 0 ? "None" : "Zstd")}}' }""",
            "CREATE SCHEMA IF NOT EXISTS §SCHEMA; CREATE TABLE §SCHEMA.rows (id INT, name VARCHAR(200), changed TIMESTAMP)",
            moreRows == 0 ? "SELECT id, name, changed FROM data"
                : $"SELECT id, name, changed FROM data UNION ALL SELECT 0, printf('%0100d', value), '2000-01-01 00:00:00' FROM (WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < {moreRows}) SELECT value FROM n)",
            "SELECT id, name, changed FROM data WHERE changed > @watermark",
            "DELETE FROM §SCHEMA.rows WHERE changed > @watermark");
        Change();
        Run("Initial").Clean();
    }

    /// <summary>Trials in which the fault struck.</summary>
    public int Trials { get; private set; }

    /// <summary>Of these, the ones whose run was committed all the same.</summary>
    public int Committed { get; private set; }

    /// <summary>Mode and load.</summary>
    public string Name => $"{_mode} {_load}";

    /// <summary>How many statements a run sends.</summary>
    public async Task<int> CountAsync()
    {
        Change();
        await _sandbox.ResetAsync();
        Run(_load).Clean();
        int count = (await _sandbox.StatementsAsync()).Length;
        Compare("without a fault");
        return count;
    }

    /// <summary>One trial: with the fault, then without it. False when the fault found nothing to strike.</summary>
    public async Task<bool> TryAsync(object fault)
    {
        string what = $"{Name}, {fault}";
        Change();
        await _sandbox.ResetAsync();
        await _sandbox.BreakAsync(fault);
        Outcome outcome = Run(_load);
        int struck = await _sandbox.StruckAsync();
        await _sandbox.ResetAsync();
        if (struck == 0)
        {
            Assert.True(outcome.Errors.Count == 0, $"{what}: failed without the fault: {Error(outcome)}");
            Compare(what);
            return false;
        }

        Trials++;
        CheckTruth(outcome, what);
        CheckEnd(what);
        return true;
    }

    /// <summary>One trial in which the whole process is killed, as soon as it has sent its nth statement.</summary>
    public async Task KillAsync(int statement)
    {
        string what = $"{Name}, killed at statement {statement}";
        Change();
        await _sandbox.ResetAsync();
        await _sandbox.BreakAsync(new { kind = "statement", number = statement, action = "delay", delayMilliseconds = 1_500, times = 1 });
        using Process process = Start();
        await StruckAsync(process, what);
        process.Kill();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        await _sandbox.ResetAsync();
        Trials++;
        CheckEnd(what);
    }

    /// <summary>A process that is killed while a call to S3 is under way.</summary>
    public async Task KillAsync(string operation)
    {
        string what = $"{Name}, killed in {operation}";
        Change();
        await _sandbox.ResetAsync();
        await _sandbox.BreakAsync(new { kind = "s3", operation, delayMilliseconds = 1_500, times = 1 });
        using Process process = Start();
        await StruckAsync(process, what);
        process.Kill();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        await _sandbox.ResetAsync();
        Trials++;
        CheckEnd(what);
    }

    /// <summary>A process that is asked to end, as a scheduler or a shutdown does, while it waits for its COPY.</summary>
    public async Task TerminateAsync()
    {
        string what = $"{Name}, asked to end";
        Change();
        await _sandbox.ResetAsync();
        await _sandbox.BreakAsync(new { kind = "statement", pattern = "^COPY", action = "delay", delayMilliseconds = 5_000, times = 1 });
        using Process process = Start();
        await StruckAsync(process, what);
        using (Process kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)])!)
        {
            await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        await _sandbox.ResetAsync();
        Assert.NotEqual(0, process.ExitCode);
        Assert.Equal(["Stopped"], _project.Rows("SELECT status FROM etl.run WHERE target = '§SCHEMA.rows' AND status <> 'Succeeded'"));
        Assert.Empty(_project.Rows("SELECT run_id FROM etl.lease WHERE job LIKE '%|§SCHEMA.rows'"));
        Trials++;
        CheckEnd(what);
    }

    /// <summary>Two processes that run the job at once.</summary>
    public async Task RaceAsync()
    {
        Change();
        await _sandbox.ResetAsync();
        using Process one = Start();
        using Process other = Start();
        foreach (Process process in new[] { one, other })
        {
            Task<string> errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.True(process.ExitCode == 0 || (await errors).Contains("is being run already", StringComparison.Ordinal), await errors);
        }

        Assert.True(one.ExitCode == 0 || other.ExitCode == 0, "Neither of two processes ran the job.");
        Compare($"{Name}, two processes");
        Trials++;
        CheckEnd($"{Name}, two processes");
    }

    public void Dispose() => _project.Dispose();

    private Process Start()
    {
        string host = Path.Combine(Path.GetDirectoryName(ModuleSession.ManifestPath)!, "bin", "host", "RedshiftEtl.Host.dll");
        string script = _project.Write("run.ps1", $"Invoke-EtlJob rows -Load {_load} -Project '{_project.Folder}'");
        return Process.Start(new ProcessStartInfo("dotnet", [host, script]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true })!;
    }

    private async Task StruckAsync(Process process, string what)
    {
        while (await _sandbox.StruckAsync() == 0)
        {
            Assert.False(process.HasExited && await _sandbox.StruckAsync() == 0, $"{what}: the process ended before the fault struck.");
            await Task.Yield();
        }
    }

    private Outcome Run(string load) => _project.Run($"Invoke-EtlJob rows -Load {load} -WarningAction SilentlyContinue");

    /// <summary>A new row, and in a job that overwrites a changed one within its window; an initial append begins without a table.</summary>
    private void Change()
    {
        string changed = s_start.AddSeconds(++_newest).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        string name = (_newest % 4) switch { 0 => "NULL", 1 => "'a, \"b\"'", 2 => "'~NULL'", _ => $"'row {_newest}'" };
        _source[_newest] = $"{_newest}|{(name == "NULL" ? "∅" : name.Trim('\''))}|{changed}";
        string update = "";
        if (_mode is "Overwrite" or "Merge" && _newest > 1)
        {
            update = $"UPDATE data SET name = 'then {_newest}' WHERE id = {_newest - 1};";
            _source[_newest - 1] = $"{_newest - 1}|then {_newest}|{s_start.AddSeconds(_newest - 1).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)}";
        }

        _project.Source($"{update} INSERT INTO data VALUES ({_newest}, {name}, '{changed}')");
        DropForInitialAppend();
    }

    private void DropForInitialAppend()
    {
        if (_load == "Initial" && _mode == "Append" && _project.HasTable("rows"))
        {
            _project.Run("Invoke-RedshiftSql $sandbox.Warehouse 'DROP TABLE §SCHEMA.rows'").Clean();
        }
    }

    /// <summary>What the run said of itself must be what happened.</summary>
    private void CheckTruth(Outcome outcome, string what)
    {
        bool isThere = _project.HasTable("rows") && Rows().Any(row => row.StartsWith($"{_newest}|", StringComparison.Ordinal));
        string status = outcome.Output.Count == 0 ? "none" : outcome.Output[0].Properties["Status"].Value.ToString()!;
        Assert.True(status == "Unknown" || isThere == (status == "Succeeded"), $"{what}: the run said {status}, but its rows are {(isThere ? "" : "not ")}there: {Error(outcome)}");
        Assert.True(status == "Succeeded" || outcome.Errors.Count > 0, $"{what}: the run failed without an error.");
        string[] history = _project.Rows($"SELECT run_id FROM etl.run WHERE target = '§SCHEMA.rows' AND status = 'Succeeded' AND watermark_after = '{s_start.AddSeconds(_newest):yyyy-MM-dd HH:mm:ss}'");
        Assert.True(history.Length == (isThere ? 1 : 0), $"{what}: the history has {history.Length} committed rows of the run.");
        Committed += isThere ? 1 : 0;
    }

    /// <summary>After one more run, everything is as if nothing had happened.</summary>
    private void CheckEnd(string what)
    {
        DropForInitialAppend();
        Outcome again = Run(_load);
        Assert.True(again.Errors.Count == 0, $"{what}: running again failed: {Error(again)}");
        Compare(what);
        string[] leases = _project.Rows("SELECT run_id FROM etl.lease WHERE job LIKE '%|§SCHEMA.rows'");
        Assert.True(leases.Length == 0, $"{what}: a lease was left behind.");
        string[] staged = _project.StagedObjects();
        Assert.True(staged.Length == 0, $"{what}: {staged.Length} objects were left in S3.");
    }

    private void Compare(string what)
    {
        string[] rows = Rows();
        Assert.True(_source.Values.SequenceEqual(rows), $"{what}: lost {string.Join(", ", _source.Values.Except(rows))}; too many {string.Join(", ", rows.Except(_source.Values))}; {rows.Length} rows for {_source.Count}.");
        Assert.Equal([_moreRows.ToString(CultureInfo.InvariantCulture)], _project.Rows("SELECT COUNT(*) AS n FROM §SCHEMA.rows WHERE id = 0"));
    }

    private string[] Rows() => _project.Rows("SELECT id, name, CAST(changed AS VARCHAR(30)) AS changed FROM §SCHEMA.rows WHERE id > 0 ORDER BY id");

    private static string Error(Outcome outcome) => outcome.Errors.Count == 0 ? "no error" : outcome.Errors[0].ToString()!;
}
