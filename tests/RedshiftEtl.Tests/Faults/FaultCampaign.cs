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
    private readonly SortedDictionary<int, string> _source = [];
    private int _newest;

    public FaultCampaign(BreakingSandbox sandbox, string mode, string load)
    {
        _sandbox = sandbox;
        _mode = mode;
        _load = load;
        _project = sandbox.Project();
        _project.Source("CREATE TABLE data (id INT, name TEXT, changed TIMESTAMP)");
        string lag = mode == "Overwrite" ? "@{ Column = 'changed'; Lag = '00:00:05' }" : "'changed'";
        _project.Job("rows", $$"""@{ Mode = '{{mode}}'; Table = '§SCHEMA.rows'; Watermark = {{lag}}; Retry = 0 }""",
            "CREATE SCHEMA IF NOT EXISTS §SCHEMA; CREATE TABLE §SCHEMA.rows (id INT, name VARCHAR(20), changed TIMESTAMP)",
            "SELECT id, name, changed FROM data",
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
        string host = Path.Combine(Path.GetDirectoryName(ModuleSession.ManifestPath)!, "bin", "host", "RedshiftEtl.Host.dll");
        string script = _project.Write("kill.ps1", $"Invoke-EtlJob rows -Load {_load} -Project '{_project.Folder}'");
        using var process = Process.Start(new ProcessStartInfo("dotnet", [host, script]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true })!;
        while (!process.HasExited && await _sandbox.StruckAsync() == 0)
        {
            await Task.Yield();
        }

        process.Kill();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        await _sandbox.ResetAsync();
        Trials++;
        CheckEnd(what);
    }

    public void Dispose() => _project.Dispose();

    private Outcome Run(string load) => _project.Run($"Invoke-EtlJob rows -Load {load} -WarningAction SilentlyContinue");

    /// <summary>A new row, and in a job that overwrites a changed one within its window; an initial append begins without a table.</summary>
    private void Change()
    {
        string changed = s_start.AddSeconds(++_newest).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        string name = (_newest % 4) switch { 0 => "NULL", 1 => "'a, \"b\"'", 2 => "'~NULL'", _ => $"'row {_newest}'" };
        _source[_newest] = $"{_newest}|{(name == "NULL" ? "∅" : name.Trim('\''))}|{changed}";
        string update = "";
        if (_mode == "Overwrite" && _newest > 1)
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
    }

    private string[] Rows() => _project.Rows("SELECT id, name, CAST(changed AS VARCHAR(30)) AS changed FROM §SCHEMA.rows ORDER BY id");

    private static string Error(Outcome outcome) => outcome.Errors.Count == 0 ? "no error" : outcome.Errors[0].ToString()!;
}
