using RedshiftEtl.Sandbox.Copy.Input;
using RedshiftEtl.Sandbox.Copy.Journal;
using RedshiftEtl.Sandbox.Copy.Records;
using RedshiftEtl.Sandbox.Copy.Statement;
using RedshiftEtl.Sandbox.Copy.Target;
using RedshiftEtl.Sandbox.Copy.Values;
using RedshiftEtl.Sandbox.Redshift;
using RedshiftEtl.Sandbox.S3;

namespace RedshiftEtl.Sandbox.Copy;

/// <summary>Reads all files of one COPY, writes their rows, and collects what goes wrong.</summary>
internal sealed class LoadRun
{
    private const int ErrorBatch = 1000;

    /// <summary>The replacements that are logged of a load (redshift-facts.md 1.4).</summary>
    private const int MaxReplacements = 100;

    private const long RowsPerReport = 1_000_000;

    private readonly CopyStatement _statement;
    private readonly CopyContext _context;
    private readonly LoadPlan _plan;
    private readonly IReadOnlyList<StoredObject> _files;
    private readonly RecordSyntax _syntax;
    private readonly RowEncoder _encoder;
    private readonly long _errorLimit;
    private readonly List<LoadError> _errors = [];
    private readonly List<LoadReplacement> _replacements = [];
    private long _errorsWritten;
    private long _bytesRead;
    private long _rowsReported;
    private string _currentFile = "";
    private CancellationToken _cancel;

    /// <summary>Prepares the load of those files.</summary>
    /// <exception cref="BackendException">A column of a type that the sandbox can't load.</exception>
    public LoadRun(CopyStatement statement, CopyContext context, LoadPlan plan, IReadOnlyList<StoredObject> files)
    {
        _statement = statement;
        _context = context;
        _plan = plan;
        _files = files;
        _syntax = new RecordSyntax(statement);
        _encoder = new RowEncoder(statement, _syntax, plan, context.QuotedFieldCanBeNull);
        _errorLimit = statement.IgnoreAllErrors ? long.MaxValue : Math.Max(1, statement.MaxError);
    }

    /// <summary>Rows that were good.</summary>
    public long Rows { get; private set; }

    /// <summary>Good rows in which ACCEPTINVCHARS replaced something.</summary>
    public long ReplacedRows { get; private set; }

    /// <summary>Rows that weren't.</summary>
    public long Errors => _errorsWritten + _errors.Count;

    /// <summary>Bytes of text of the files, uncompressed.</summary>
    public long Bytes { get; private set; }

    /// <summary>The files that were read to their end.</summary>
    public List<LoadedFile> Loaded { get; } = [];

    /// <summary>Reads all files.</summary>
    /// <param name="target">Where the rows go; null to check them only.</param>
    /// <param name="cancel">Stops the load.</param>
    /// <exception cref="LoadRejectedException">More errors than MAXERROR allows.</exception>
    /// <exception cref="CorruptFileException">A file can't be read.</exception>
    public async Task ReadAllAsync(Stream? target, CancellationToken cancel)
    {
        _cancel = cancel;
        await using var output = new RowOutput(target);
        foreach (StoredObject file in _files)
            await ReadFileAsync(file, output, cancel);
        await output.FinishAsync(cancel);
    }

    /// <summary>Brings errors and replacements to the journal, which outlives a rollback.</summary>
    public async Task WriteFindingsAsync(CancellationToken cancel)
    {
        await WriteErrorsAsync(cancel);
        await _context.Journal.WriteReplacementsAsync(_context.QueryId, _replacements, cancel);
        _replacements.Clear();
    }

    /// <summary>Keeps an error of PostgreSQL about data that the sandbox's own checks let through.</summary>
    public void NoteRefusal(BackendException e) => _errors.Add(new LoadError(_currentFile, 0, "", "", "", 0, "", "", 1200, e.Message, []));

    private async Task ReadFileAsync(StoredObject stored, RowOutput output, CancellationToken cancel)
    {
        DateTime started = DateTime.UtcNow;
        long errorsBefore = Errors;
        string name = $"s3://{stored.Bucket}/{stored.Key}";
        _currentFile = name;
        using var file = new DataFile(stored, _statement, _context.Objects, CountBytes);
        using var reader = new RecordReader(file, _syntax);
        while (ReadRows(reader, name, output, cancel))
        {
            if (_errors.Count >= ErrorBatch)
                await WriteErrorsAsync(cancel);
            if (output.IsFull)
                await output.SendAsync(cancel);
            if (Rows - _rowsReported >= RowsPerReport)
                await ReportAsync(Bytes + reader.Bytes, cancel);
        }
        Bytes += reader.Bytes;
        Loaded.Add(new LoadedFile(name, stored.Length, reader.Lines, Errors - errorsBefore, started, DateTime.UtcNow, stored.ETag, stored.LastModified.UtcDateTime));
    }

    /// <summary>Makes rows until there's something to wait for.</summary>
    /// <returns>False at the end of the file.</returns>
    private bool ReadRows(RecordReader reader, string file, RowOutput output, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        RowBuffer rows = output.Rows;
        while (reader.Read())
        {
            ValueFault? fault = _encoder.Encode(reader, rows);
            if (fault is not null)
                Reject(fault, reader, file);
            else
                Accept(reader, file);
            if (output.IsFull || _errors.Count >= ErrorBatch)
                return true;
        }
        return false;
    }

    private void Accept(RecordReader reader, string file)
    {
        Rows++;
        if (_encoder.ReplacedFields.Count == 0)
            return;
        ReplacedRows++;
        foreach (int index in _encoder.ReplacedFields)
        {
            if (_replacements.Count < MaxReplacements)
                _replacements.Add(new LoadReplacement(file, reader.LineNumber, _plan.Fields[index].Name, RawText.Show(reader.Record)));
        }
    }

    private void Reject(ValueFault fault, RecordReader reader, string file)
    {
        _errors.Add(Describe(fault, reader, file));
        // Behind a record that is too long, the next one can't be told from its rest.
        if (Errors >= _errorLimit || reader.Outcome == ScanOutcome.TooLong)
            throw new LoadRejectedException();
    }

    private LoadError Describe(ValueFault fault, RecordReader reader, string file)
    {
        TargetColumn? column = _encoder.FaultColumn;
        int index = _encoder.FaultField;
        bool present = index >= 0 && index < reader.Fields.Length;
        int position = fault.Position + (present ? reader.Fields[index].Start : 0);
        var values = new List<LoadErrorValue>();
        for (int i = 0; present && i <= index; i++)
            values.Add(new LoadErrorValue(i, _plan.Fields[i].Name, RawText.Show(reader.Value(reader.Fields[i])), _plan.Fields[i].ErrorType, _plan.Fields[i].ErrorLength));
        return new LoadError(
            file, reader.LineNumber, column?.Name ?? "", column?.ErrorType ?? "", column?.ErrorLength ?? "", position,
            RawText.Show(reader.Record), present ? values[^1].Value : "", fault.Code, fault.Reason, values);
    }

    /// <summary>Tells how far the load has come, each million rows (redshift-facts.md 6, STV_LOAD_STATE).</summary>
    private async Task ReportAsync(long textBytes, CancellationToken cancel)
    {
        _rowsReported = Rows;
        await _context.Journal.ReportAsync(new LoadProgress(_context.QueryId, Rows, textBytes, _bytesRead, Loaded.Count, _currentFile), cancel);
    }

    private void CountBytes(int count)
    {
        _cancel.ThrowIfCancellationRequested();
        _bytesRead += count;
        _context.BytesRead?.Invoke(_bytesRead);
    }

    private async Task WriteErrorsAsync(CancellationToken cancel)
    {
        await _context.Journal.WriteErrorsAsync(_context.QueryId, _errors, _errorsWritten, cancel);
        _errorsWritten += _errors.Count;
        _errors.Clear();
    }
}
