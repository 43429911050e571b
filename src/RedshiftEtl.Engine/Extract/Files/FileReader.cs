using RedshiftEtl.Engine.Define;

namespace RedshiftEtl.Engine.Extract.Files;

/// <summary>Reads files one after the other, as one table.</summary>
internal sealed class FileReader : ISourceReader
{
    private readonly FileConnection _connection;
    private readonly Queue<FileStamp> _left;
    private readonly FileStamp[] _all;
    private readonly string[] _header;
    private readonly (int Field, FileType Type)[] _selected;
    private readonly CsvRowWriter _writer;
    private readonly FileValues _values;
    private SourceFile? _file;

    /// <summary>Opens the first file and learns its columns.</summary>
    /// <exception cref="EtlException">The columns cannot be a table's.</exception>
    public FileReader(FileConnection connection, IReadOnlyList<FileStamp> files, SourceQuery query, CsvDialect dialect)
    {
        _connection = connection;
        _all = [.. files];
        _left = new Queue<FileStamp>(files);
        _header = connection.HasHeader ? ReadHeader(Open()) : connection.Columns.Select(column => column.Name).ToArray();
        IReadOnlyList<string> wanted = query.Table!.Columns.Count > 0 ? query.Table.Columns : _header;
        foreach (string name in connection.Columns.Select(column => column.Name).Concat(wanted).Where(name => FieldOf(name) < 0))
        {
            throw new EtlException(Fault.ColumnNameInvalid, $"The files of '{connection.Name}' have no column '{name}'.{NearestName.Hint(name, _header)}", name);
        }

        Columns = wanted.Select(name => connection.Columns.FirstOrDefault(column => column.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            ?? new EtlColumn(_header[FieldOf(name)], "text", "VARCHAR(65535)") { IsDeclared = false }).ToArray();
        ColumnNames.Check(_header.Select(name => new EtlColumn(name, "", "")).ToArray(), connection.Name);
        ColumnNames.Check(Columns, connection.Name);
        _selected = Columns.Select(column => (FieldOf(column.Name), FileType.Find(column.RedshiftType)!)).ToArray();
        _writer = new CsvRowWriter(Columns, dialect, query.Rules);
        _values = new FileValues(connection, _writer);
    }

    /// <inheritdoc/>
    public IReadOnlyList<EtlColumn> Columns { get; }

    /// <inheritdoc/>
    public IReadOnlyList<EtlRepair> Repairs => _writer.Repairs;

    /// <inheritdoc/>
    public CsvBlock? Read(CancellationToken cancel)
    {
        long deadline = Environment.TickCount64 + CsvBlock.PatienceMilliseconds;
        while (Next(cancel))
        {
            WriteRow(_file!);
            if (_writer.IsFull || Environment.TickCount64 >= deadline)
            {
                return _writer.Take();
            }
        }

        return _writer.HasRows ? _writer.Take() : null;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _file?.Dispose();
        _writer?.Dispose();
        return ValueTask.CompletedTask;
    }

    private SourceFile Open() => _file = new SourceFile(_connection, _left.Dequeue());

    private static string[] ReadHeader(SourceFile file) => file.Read() ? file.Row.Record! : throw file.Refuse("the file is empty; it has no header line");

    /// <summary>Goes to the next row, of the next file if need be.</summary>
    private bool Next(CancellationToken cancel)
    {
        while (true)
        {
            cancel.ThrowIfCancellationRequested();
            if (_file is null)
            {
                if (_left.Count == 0)
                {
                    CheckAll();
                    return false;
                }

                SourceFile opened = Open();
                if (_connection.HasHeader && ReadHeader(opened) is { } header && !header.SequenceEqual(_header, StringComparer.Ordinal))
                {
                    throw opened.Refuse($"the header is not that of '{Path.GetFileName(_all[0].Path)}': {string.Join(", ", header)} instead of {string.Join(", ", _header)}");
                }
            }

            if (_file!.Read())
            {
                return true;
            }

            _file.CheckUnchanged();
            _file.Dispose();
            _file = null;
        }
    }

    /// <summary>A file that was read first may have changed while the others were.</summary>
    private void CheckAll()
    {
        if (_all.FirstOrDefault(stamp => FileStamp.Of(stamp.Path) != stamp) is { } changed)
        {
            throw new EtlException(Fault.TransactionConflict, $"The file '{changed.Path}' was changed while the files of '{_connection.Name}' were read.", changed.Path);
        }
    }

    private void WriteRow(SourceFile file)
    {
        int count = file.Row.Count;
        if (count != _header.Length)
        {
            if (count == 1 && file.Row[0].Length == 0)
            {
                // An empty line, as many programs leave one at the end.
                return;
            }

            throw file.Refuse($"the row has {count} field(s), and there are {_header.Length} column(s)");
        }

        for (int i = 0; i < _selected.Length; i++)
        {
            (int field, FileType type) = _selected[i];
            if (!_values.TryWrite(file.Row[field], type))
            {
                throw file.Refuse($"column '{Columns[i].Name}': '{file.Row[field]}' is no {type.RedshiftType}{(_connection.Culture.Length > 0 ? $" in {_connection.Culture}" : "")}");
            }
        }

        _writer.EndRow();
    }

    private int FieldOf(string name) => Array.FindIndex(_header, candidate => candidate.Equals(name, StringComparison.OrdinalIgnoreCase));
}
