using System.Globalization;
using Npgsql;
using RedshiftEtl.Sandbox.Copy.Input;
using RedshiftEtl.Sandbox.Copy.Journal;
using RedshiftEtl.Sandbox.Copy.Statement;
using RedshiftEtl.Sandbox.Copy.Target;
using RedshiftEtl.Sandbox.Redshift;
using RedshiftEtl.Sandbox.S3;

namespace RedshiftEtl.Sandbox.Copy;

/// <summary>Runs one COPY from S3 as Redshift does (redshift-facts.md 1 and 6), in the session's own transaction.</summary>
internal sealed class CopyCommand
{
    private readonly CopyStatement _statement;
    private readonly CopyContext _context;
    private readonly IBackend _backend;

    private CopyCommand(CopyStatement statement, CopyContext context, IBackend backend)
    {
        _statement = statement;
        _context = context;
        _backend = backend;
    }

    /// <summary>Parses and runs the statement.</summary>
    /// <param name="sql">One COPY statement, perhaps with comments and a semicolon.</param>
    /// <param name="backend">The session's connection; its transaction takes the rows.</param>
    /// <param name="context">The session, the objects, the account, the journal.</param>
    /// <param name="cancel">Stops the load; nothing of it stays once the transaction is rolled back.</param>
    /// <exception cref="BackendException">Redshift's error. The session's transaction must then be failed, also when PostgreSQL saw no error.</exception>
    /// <exception cref="OperationCanceledException">The load was cancelled.</exception>
    public static async Task<CopyResult> ExecuteAsync(string sql, IBackend backend, CopyContext context, CancellationToken cancel)
    {
        CopyStatement statement = CopyParser.Parse(sql);
        return await new CopyCommand(statement, context, backend).RunAsync(cancel);
    }

    private async Task<CopyResult> RunAsync(CancellationToken cancel)
    {
        TargetTable table = await TargetTable.FindAsync(_statement, _context.Database, _backend, cancel);
        _statement.Authorization!.Check(_context.Keys, _context, _backend.ProcessId);
        LoadPlan plan = await LoadPlan.MakeAsync(_statement, table, _backend, cancel);
        IReadOnlyList<StoredObject> files = SourceFiles.Find(_statement, _context, _backend.ProcessId);
        var run = new LoadRun(_statement, _context, plan, files);

        _context.LastCopy.QueryId = _context.QueryId;
        _context.LastCopy.Count = 0;
        await _context.Journal.BeginAsync(Describe(table, files), cancel);
        bool completed = false;
        try
        {
            await LoadAsync(run, table, plan, cancel);
            completed = true;
        }
        finally
        {
            await EndAsync(run, completed);
        }
        long loaded = _statement.NoLoad ? 0 : run.Rows;
        _context.LastCopy.Count = loaded;
        bool refreshes = !_statement.NoLoad && (_statement.UpdateStatistics ?? table.IsEmpty);
        return new CopyResult(_context.QueryId, loaded, run.Errors, Notices(table.Name, run, loaded), refreshes);
    }

    /// <summary>Tells the journal how the load ended, also when it was cancelled.</summary>
    private async Task EndAsync(LoadRun run, bool completed)
    {
        try
        {
            await run.WriteFindingsAsync(CancellationToken.None);
            long rows = completed && !_statement.NoLoad ? run.Rows : 0;
            await _context.Journal.EndAsync(_context.QueryId, completed, run.Loaded, rows, run.Bytes, run.Errors, CancellationToken.None);
        }
        catch (NpgsqlException) when (!completed)
        {
            // What ended the load, such as the server going down, tells more than that it also ends the journal.
        }
    }

    private async Task LoadAsync(LoadRun run, TargetTable table, LoadPlan plan, CancellationToken cancel)
    {
        try
        {
            if (_statement.NoLoad)
                await run.ReadAllAsync(null, cancel);
            else
                await WriteAsync(run, table, plan, cancel);
        }
        catch (BackendException e) when (e.SqlState.StartsWith("22", StringComparison.Ordinal) || e.SqlState.StartsWith("23", StringComparison.Ordinal))
        {
            run.NoteRefusal(e);
            throw CopyErrors.LoadFailed(table.Name);
        }
        catch (LoadRejectedException)
        {
            throw CopyErrors.LoadFailed(table.Name);
        }
        catch (CorruptFileException e)
        {
            throw CopyErrors.Reported(e.Message, 8001, $"S3 source {_statement.Source}", _context.QueryId, "s3_file_reader.cpp:318", _backend.ProcessId);
        }
    }

    private async Task WriteAsync(LoadRun run, TargetTable table, LoadPlan plan, CancellationToken cancel)
    {
        if (_context.LockTarget is not null)
            await _context.LockTarget(table.QualifiedName, cancel);
        await _backend.CopyInAsync(plan.CopySql(table), run.ReadAllAsync, cancel);
    }

    private LoadStart Describe(TargetTable table, IReadOnlyList<StoredObject> files) => new(
        _context.QueryId, _context.TransactionId, _context.UserName, _backend.ProcessId, _context.Database,
        table.Oid, table.Name, _statement.Source, _statement.Csv ? "csv" : "text", files.Count, files.Sum(file => file.Length), _statement.Compression != CopyCompression.None);

    /// <summary>The INFO messages; the one about replacements isn't in redshift-facts.md 6, but clusters send it.</summary>
    private static List<string> Notices(string table, LoadRun run, long loaded)
    {
        string start = $"Load into table '{table}' completed, ";
        List<string> notices = [string.Create(CultureInfo.InvariantCulture, $"{start}{loaded} record(s) loaded successfully.")];
        if (run.ReplacedRows > 0)
            notices.Add(string.Create(CultureInfo.InvariantCulture, $"{start}{run.ReplacedRows} record(s) were loaded with replacements made for ACCEPTINVCHARS.  Check 'stl_replacements' system table for details."));
        if (run.Errors > 0)
            notices.Add(string.Create(CultureInfo.InvariantCulture, $"{start}{run.Errors} record(s) could not be loaded.  Check 'stl_load_errors' system table for details."));
        return notices;
    }
}
