using System.Globalization;
using System.Text;
using RedshiftEtl.Sandbox.Copy.Records;
using RedshiftEtl.Sandbox.Copy.Statement;
using RedshiftEtl.Sandbox.Copy.Target;
using RedshiftEtl.Sandbox.Copy.Values;

namespace RedshiftEtl.Sandbox.Copy;

/// <summary>Turns a record into a row for PostgreSQL: which fields are NULL (redshift-facts.md 1.5), how many there must be, and the values' rules.</summary>
internal sealed class RowEncoder
{
    private readonly CopyStatement _statement;
    private readonly RecordSyntax _syntax;
    private readonly LoadPlan _plan;
    private readonly ValueEncoder[] _encoders;
    private readonly byte[] _constants;
    private readonly bool _quotedCanBeNull;
    private readonly bool _emptyTextIsNull;
    private readonly bool _escapedDefaultNull;
    private bool _replaced;

    /// <summary>Prepares the encoders of all columns.</summary>
    /// <exception cref="Redshift.BackendException">A column of a type that the sandbox can't load.</exception>
    public RowEncoder(CopyStatement statement, RecordSyntax syntax, LoadPlan plan, bool quotedCanBeNull)
    {
        _statement = statement;
        _syntax = syntax;
        _plan = plan;
        _quotedCanBeNull = quotedCanBeNull;
        _emptyTextIsNull = statement.EmptyAsNull || statement.NullAs is "";
        _escapedDefaultNull = statement.Escape && statement.NullAs is null;
        var text = new TextRules(statement.TrimBlanks, statement.TruncateColumns, statement.AcceptInvalidCharacters, () => _replaced = true);
        _encoders = plan.Fields.Select(column => ValueEncoders.For(column, statement, text)).ToArray();
        _constants = EncodeConstants(plan);
    }

    /// <summary>The column that the last fault is about; null when it's the record as a whole.</summary>
    public TargetColumn? FaultColumn { get; private set; }

    /// <summary>The number of that column's field, or -1.</summary>
    public int FaultField { get; private set; }

    /// <summary>Fields of the last row that ACCEPTINVCHARS changed.</summary>
    public List<int> ReplacedFields { get; } = [];

    /// <summary>Appends the reader's record as a row.</summary>
    /// <returns>Null, or why the record can't be loaded; nothing is appended then.</returns>
    public ValueFault? Encode(RecordReader reader, RowBuffer rows)
    {
        FaultColumn = null;
        FaultField = -1;
        ReplacedFields.Clear();
        if (RecordFault(reader) is { } recordFault)
            return recordFault;
        int start = rows.Length;
        ReadOnlySpan<Field> fields = reader.Fields;
        for (int i = 0; i < _encoders.Length; i++)
        {
            if (i > 0)
                rows.Append((byte)'\t');
            ValueFault? fault = i < fields.Length ? EncodeField(reader, fields[i], i, rows) : EncodeMissing(i, rows);
            if (fault is null)
                continue;
            rows.Length = start;
            FaultColumn = _plan.Fields[i];
            FaultField = i;
            return fault;
        }
        rows.Append(_constants);
        return null;
    }

    private ValueFault? RecordFault(RecordReader reader)
    {
        switch (reader.Outcome)
        {
            case ScanOutcome.BadQuote:
                return new ValueFault(1216, "Invalid quote formatting for CSV", reader.FaultPosition);
            case ScanOutcome.UnmatchedQuote:
                return new ValueFault(1216, "Unmatched quote for REMOVEQUOTES", reader.FaultPosition);
            case ScanOutcome.Nul:
                ReadOnlySpan<byte> behind = reader.Record[Math.Min(reader.FaultPosition + 1, reader.Record.Length)..];
                int next = behind.IsEmpty ? '\n' : behind[0];
                return new ValueFault(1216, string.Create(CultureInfo.InvariantCulture, $"Missing newline: Unexpected character 0x{next:x2} found at location {reader.FaultPosition + 1}"), reader.FaultPosition);
            case ScanOutcome.TooLong:
                return new ValueFault(1216, "Input line is longer than 4 MB");
        }
        int found = reader.Fields.Length;
        if (found > _encoders.Length)
            return new ValueFault(1202, "Extra column(s) found", reader.Fields[_encoders.Length].Start);
        if (found == _encoders.Length || _statement.FillRecord)
            return null;
        if (reader.Record.IsEmpty)
            return new ValueFault(1211, "Empty line");
        return found == 1
            ? new ValueFault(1201, "Field delimiter was not found", reader.Record.Length)
            : new ValueFault(1203, "Input data had fewer columns than were defined in the DDL", reader.Record.Length);
    }

    private ValueFault? EncodeField(RecordReader reader, Field field, int index, RowBuffer rows)
    {
        ValueEncoder encoder = _encoders[index];
        ReadOnlySpan<byte> value = reader.Value(field);
        if (IsNull(value, reader, field, encoder.IsText))
            return EncodeNull(index, rows);
        if (value.IsEmpty)
            return null;
        ValueFault? fault = encoder.Encode(value, rows);
        if (_replaced)
        {
            ReplacedFields.Add(index);
            _replaced = false;
        }
        return fault;
    }

    private ValueFault? EncodeMissing(int index, RowBuffer rows) =>
        _plan.Fields[index].Type == "varchar" && !_emptyTextIsNull ? null : EncodeNull(index, rows);

    private ValueFault? EncodeNull(int index, RowBuffer rows)
    {
        if (_plan.Fields[index].NotNull)
            return ValueFault.MissingNotNull;
        rows.AppendNull();
        return null;
    }

    private bool IsNull(ReadOnlySpan<byte> value, RecordReader reader, Field field, bool isText)
    {
        bool quoted = (field.Form & FieldForm.Quoted) != 0;
        if (value.IsEmpty)
            return !isText || (_emptyTextIsNull && !quoted);
        if (!isText && TextRules.IsBlank(value))
            return true;
        if (quoted && !_quotedCanBeNull)
            return false;
        if (_statement.BlanksAsNull && TextRules.IsBlank(value))
            return true;
        if (!_statement.Escape)
            return value.SequenceEqual(_syntax.NullAs);
        ReadOnlySpan<byte> raw = reader.RawValue(field);
        return raw.SequenceEqual(_syntax.NullAs) || (_escapedDefaultNull && raw.SequenceEqual("\\\\N"u8));
    }

    /// <summary>The end of every row: the DEFAULT values, and the line end.</summary>
    private static byte[] EncodeConstants(LoadPlan plan)
    {
        using var rows = new RowBuffer();
        for (int i = 0; i < plan.Constants.Count; i++)
        {
            if (i + plan.Fields.Count > 0)
                rows.Append((byte)'\t');
            if (plan.Constants[i].Value is { } value)
                rows.AppendText(Encoding.UTF8.GetBytes(value));
            else
                rows.AppendNull();
        }
        rows.Append((byte)'\n');
        return rows.Written.ToArray();
    }
}
