using System.Globalization;
using System.Text.Unicode;

namespace RedshiftEtl.Engine.Extract;

/// <content>Values that Redshift cannot hold.</content>
internal sealed partial class CsvRowWriter
{
    private readonly ValueRepairs _repairs;

    /// <summary>The values that the rules have changed so far, by column.</summary>
    public IReadOnlyList<EtlRepair> Repairs => _repairs.Counted;

    /// <summary>Decides about the value that is to be written next, which Redshift cannot hold, and counts it. When it becomes NULL, that is written;
    /// for every other action the caller writes the value as the action has it.</summary>
    /// <param name="kind">What is wrong.</param>
    /// <param name="what">The same as a sentence's end.</param>
    /// <param name="value">The value as text.</param>
    /// <param name="advice">What to do in the query, if something special.</param>
    /// <exception cref="EtlException"><see cref="Fault.ValueInvalid"/>: the rule is to fail.</exception>
    public ValueAction Repair(ValueKind kind, string what, ReadOnlySpan<byte> value, string? advice = null)
    {
        ValueAction action = _repairs.Decide(_field, kind, _row, what, value, advice);
        _repairs.Count(_field, kind);
        if (action == ValueAction.Null)
        {
            WriteNull();
        }

        return action;
    }

    /// <summary>Makes a text such that Redshift can hold it.</summary>
    /// <param name="value">The text; on return as it is to be written.</param>
    /// <param name="limit">Bytes that it may have.</param>
    /// <returns>False when NULL was written instead.</returns>
    /// <exception cref="EtlException"><see cref="Fault.ValueInvalid"/>: the rule is to fail, or the text is equal to the NULL marker.</exception>
    private bool TryRepair(ref ReadOnlySpan<byte> value, int limit)
    {
        if (!Utf8.IsValid(value))
        {
            if (Repair(ValueKind.Encoding, "the text is not valid UTF-8", value) == ValueAction.Null)
            {
                return false;
            }

            value = TextRepair.ReplaceBroken(value);
        }

        if (value.Contains((byte)0))
        {
            ValueAction action = Repair(ValueKind.Nul, "the text has a NUL character in it, which Redshift cannot hold", value);
            if (action == ValueAction.Null)
            {
                return false;
            }

            value = action == ValueAction.Truncate ? value[..value.IndexOf((byte)0)] : TextRepair.ReplaceNul(value);
        }

        if (value.Length > limit)
        {
            string what = string.Create(CultureInfo.InvariantCulture, $"the text has {value.Length:N0} bytes; Redshift holds {limit:N0}");
            if (Repair(ValueKind.Length, what, value) == ValueAction.Null)
            {
                return false;
            }

            value = TextRepair.Cut(value, limit);
        }

        return !value.SequenceEqual(_null) ? true : throw Refuse(RefusedValue.IsMarker, value, RefusedValue.MarkerAdvice);
    }
}
