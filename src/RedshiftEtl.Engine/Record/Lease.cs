using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Load;
using RedshiftEtl.Engine.Plan;

namespace RedshiftEtl.Engine.Record;

/// <summary>The right to run a job, in the warehouse, where every host sees it. It is renewed while the run goes on and expires by the server's clock when its holder is gone.
/// What keeps rows from being doubled is not the lease but the check before COMMIT that no other run of the job has committed; the lease keeps a second run from doing the work at all.</summary>
internal sealed class Lease : IAsyncDisposable
{
    /// <summary>How long a lease holds without being renewed, in seconds.</summary>
    private const int Seconds = 90;

    private const int ReleaseAttempts = 3;

    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_releaseLimit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_longestWait = TimeSpan.FromSeconds(10);

    /// <summary>Runs of this process that have a lease: one that could not be given up is known to be void here at once.</summary>
    private static readonly ConcurrentDictionary<string, bool> s_live = new(StringComparer.Ordinal);

    private readonly RedshiftConnection _warehouse;
    private readonly string _runId;
    private readonly string _condition;
    private readonly IProgress<EtlEvent> _progress;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _renewal;

    private Lease(RedshiftConnection warehouse, JobKey job, string runId, IProgress<EtlEvent> progress)
    {
        _warehouse = warehouse;
        _progress = progress;
        _runId = runId;
        s_live[runId] = true;
        _condition = $"{OfJob(job)} AND run_id = {SqlLiteral.Text(runId, SqlDialect.Redshift)}";
        _renewal = RenewAsync();
    }

    /// <summary>Takes the lease.</summary>
    /// <param name="warehouse">Where.</param>
    /// <param name="job">Of which job.</param>
    /// <param name="runId">For which run.</param>
    /// <param name="waits">Whether to wait until another holder has given it up.</param>
    /// <param name="progress">Where events go.</param>
    /// <param name="cancel">Stops waiting.</param>
    /// <exception cref="EtlException"><see cref="Fault.JobRunning"/>: another run has it.</exception>
    public static async Task<Lease> AcquireAsync(
        RedshiftConnection warehouse, JobKey job, string runId, bool waits, IProgress<EtlEvent> progress, CancellationToken cancel)
    {
        TimeSpan pause = TimeSpan.FromSeconds(1);
        await using WarehouseSession session = await WarehouseSession.OpenAsync(warehouse, progress, cancel);
        await HistoryTable.Lease.EnsureAsync(session, cancel);
        bool isFirst = true;
        while (true)
        {
            if (await TryAsync(session, job, runId, progress, cancel) is not { } holder)
            {
                return new Lease(warehouse, job, runId, progress);
            }

            string message = $"Job '{job.Name}' is being run already: {holder}.";
            if (!waits)
            {
                throw new EtlException(Fault.JobRunning, message, job.Name);
            }

            progress.Report(isFirst ? new WarningEvent($"{message} Waiting for it.") : new VerboseEvent(message));
            isFirst = false;
            await Task.Delay(pause, cancel);
            pause = pause * 2 < s_longestWait ? pause * 2 : s_longestWait;
        }
    }

    /// <summary>Gives it up; what cannot be given up now expires by itself.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _renewal;
        _end.Dispose();
        s_live.TryRemove(_runId, out _);
        using var limit = new CancellationTokenSource(s_releaseLimit);
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                await using WarehouseSession session = await WarehouseSession.OpenAsync(_warehouse, NoProgress.Instance, limit.Token);
                await ChangeAsync(session, $"DELETE FROM {HistoryTable.Lease.In(_warehouse)} WHERE {_condition}", limit.Token);
                return;
            }
            catch (EtlException e) when (e.Fault.IsTransient && attempt < ReleaseAttempts)
            {
                _progress.Report(new VerboseEvent($"The lease could not be given up yet: {e.Message}"));
            }
            catch (Exception e) when (e is EtlException or OperationCanceledException)
            {
                _progress.Report(new VerboseEvent(string.Create(CultureInfo.InvariantCulture, $"The lease could not be given up; it expires within {Seconds} s: {e.Message}")));
                return;
            }
        }
    }

    /// <summary>Takes it if it is free; otherwise tells who has it.</summary>
    private static async Task<string?> TryAsync(WarehouseSession session, JobKey job, string runId, IProgress<EtlEvent> progress, CancellationToken cancel)
    {
        string table = HistoryTable.Lease.In(session.Target);
        await session.ExecuteAsync("BEGIN", [], cancel);
        try
        {
            // The lock first: the snapshot is taken by the first read, so what is read is what the last holder left (fact sheet 3).
            await session.ExecuteAsync($"LOCK TABLE {table}", [], cancel);
            List<object?[]> rows = await session.QueryAsync(
                "SELECT run_id, host, os_user, process_id, process_started, acquired_at, expires_at, CASE WHEN expires_at > GETDATE() THEN 1 ELSE 0 END"
                + $" FROM {table} WHERE {OfJob(job)}", [], cancel);
            foreach (object?[] row in rows)
            {
                var holder = Holder.From(row);
                if (holder.RunId == runId)
                {
                    // Ours: the connection broke when it was taken, after the COMMIT had taken effect.
                    continue;
                }

                if (holder.IsActive && !holder.IsDead())
                {
                    await session.RollbackQuietlyAsync();
                    return holder.ToString();
                }

                progress.Report(new WarningEvent($"Job '{job.Name}': the lease of {holder} is void, since {(holder.IsActive ? "that process is gone or done" : "it was not renewed")}."));
            }

            await session.ExecuteAsync($"DELETE FROM {table} WHERE {OfJob(job)}", [], cancel);
            EtlParameter[] values =
            [
                new("job", Key(job)), new("run_id", runId), new("host", Environment.MachineName), new("os_user", Environment.UserName),
                new("process_id", (long)Environment.ProcessId), new("process_started", Started(Process.GetCurrentProcess())),
            ];
            await session.ExecuteAsync(
                $"INSERT INTO {table} (job, run_id, host, os_user, process_id, process_started, acquired_at, expires_at)"
                + $" VALUES ($1, $2, $3, $4, $5, $6, GETDATE(), DATEADD(second, {Seconds}, GETDATE()))", values, cancel);
            await session.ExecuteAsync("COMMIT", [], cancel);
            return null;
        }
        catch
        {
            await session.RollbackQuietlyAsync();
            throw;
        }
    }

    private async Task RenewAsync()
    {
        string renewal = $"UPDATE {HistoryTable.Lease.In(_warehouse)} SET expires_at = DATEADD(second, {Seconds}, GETDATE()) WHERE {_condition}";
        try
        {
            while (true)
            {
                await Task.Delay(s_interval, _end.Token);
                try
                {
                    await using WarehouseSession session = await WarehouseSession.OpenAsync(_warehouse, NoProgress.Instance, _end.Token);
                    if (await ChangeAsync(session, renewal, _end.Token) == 0)
                    {
                        _progress.Report(new WarningEvent("The job's lease was taken over by another run; only one of the two will be committed."));
                        return;
                    }
                }
                catch (EtlException e)
                {
                    _progress.Report(new VerboseEvent($"The job's lease could not be renewed: {e.Message}"));
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The run has ended.
            return;
        }
    }

    /// <summary>Changes the table under its lock: two jobs' changes at once would be a serializable violation (fact sheet 3).</summary>
    private static async Task<long> ChangeAsync(WarehouseSession session, string sql, CancellationToken cancel)
    {
        await session.ExecuteAsync("BEGIN", [], cancel);
        await session.ExecuteAsync($"LOCK TABLE {HistoryTable.Lease.In(session.Target)}", [], cancel);
        long rows = await session.ExecuteAsync(sql, [], cancel);
        await session.ExecuteAsync("COMMIT", [], cancel);
        return rows;
    }

    /// <summary>What a job is called in the table of leases.</summary>
    internal static string Key(JobKey job) => $"{job.Name}|{job.Table}";

    private static string OfJob(JobKey job) => $"job = {SqlLiteral.Text(Key(job), SqlDialect.Redshift)}";

    private static string Started(Process process) => process.StartTime.ToUniversalTime().ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    /// <summary>Who has a lease.</summary>
    private sealed record Holder(string RunId, string Host, string User, long ProcessId, string ProcessStarted, DateTime AcquiredAt, DateTime ExpiresAt, bool IsActive)
    {
        /// <summary>On Linux each process works out another's start from the time since boot and its own clock, a little differently each time; no number of a process is given again so soon.</summary>
        private static readonly TimeSpan s_startTolerance = TimeSpan.FromSeconds(10);

        public static Holder From(object?[] row) => new(
            (string)row[0]!, row[1] as string ?? "?", row[2] as string ?? "?", Convert.ToInt64(row[3] ?? 0L, CultureInfo.InvariantCulture), row[4] as string ?? "",
            (DateTime)row[5]!, (DateTime)row[6]!, Convert.ToInt32(row[7], CultureInfo.InvariantCulture) == 1);

        /// <summary>Whether it was a process of this machine that no longer runs: then nobody has to wait for the lease to expire.</summary>
        public bool IsDead()
        {
            if (!Host.Equals(Environment.MachineName, StringComparison.OrdinalIgnoreCase))
            {
                return false;
            }

            try
            {
                using var process = Process.GetProcessById((int)ProcessId);
                return !IsStartOf(process) || (ProcessId == Environment.ProcessId && !s_live.ContainsKey(RunId));
            }
            catch (ArgumentException)
            {
                return true;
            }
            catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception)
            {
                // It cannot be looked at; better to wait than to take it from a living run.
                return false;
            }
        }

        private bool IsStartOf(Process process) =>
            DateTime.TryParse(ProcessStarted, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out DateTime started)
            && (process.StartTime.ToUniversalTime() - started).Duration() < s_startTolerance;

        public override string ToString() => string.Create(CultureInfo.InvariantCulture,
            $"run {RunId} by {User} on {Host} (process {ProcessId}), since {AcquiredAt:yyyy-MM-dd HH:mm:ss}, lease until {ExpiresAt:HH:mm:ss} UTC");
    }
}
