using RedshiftEtl.Engine.Define;

namespace RedshiftEtl.Engine.Extract;

/// <summary>Values of one column that a rule has changed.</summary>
/// <param name="Column">The column.</param>
/// <param name="Kind">What was wrong with them.</param>
/// <param name="Action">What was done.</param>
/// <param name="Count">How many.</param>
public sealed record EtlRepair(string Column, ValueKind Kind, ValueAction Action, long Count)
{
    /// <summary>«amount: 3 × NaN → Null».</summary>
    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Column}: {Count:N0} × {Kind} → {Action}");
}

/// <summary>Applies the rules of an extract to its columns, and counts. Used by one thread.</summary>
internal sealed class ValueRepairs
{
    private static readonly int s_kinds = Enum.GetValues<ValueKind>().Length;

    private readonly IReadOnlyList<EtlColumn> _columns;
    private readonly ValueAction[] _actions;
    private readonly long[] _counts;

    /// <summary>Prepares for columns.</summary>
    /// <exception cref="EtlException"><see cref="Fault.ArgumentInvalid"/>: a rule names a column that there isn't.</exception>
    public ValueRepairs(IReadOnlyList<EtlColumn> columns, ValueRules rules)
    {
        _columns = columns;
        _counts = new long[columns.Count * s_kinds];
        _actions = new ValueAction[columns.Count * s_kinds];
        for (int i = 0; i < _actions.Length; i++)
        {
            _actions[i] = rules.For(columns[i / s_kinds].Name, (ValueKind)(i % s_kinds));
        }

        foreach (string name in rules.Columns.Keys)
        {
            string[] names = columns.Select(column => column.Name).ToArray();
            if (!names.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                throw new EtlException(Fault.ArgumentInvalid, $"ValueRule names the column '{name}', which the query doesn't return.{NearestName.Hint(name, names)}", name);
            }
        }
    }

    /// <summary>What was repaired so far: by column, then kind.</summary>
    public IReadOnlyList<EtlRepair> Counted => Enumerable.Range(0, _counts.Length).Where(i => _counts[i] > 0)
        .Select(i => new EtlRepair(_columns[i / s_kinds].Name, (ValueKind)(i % s_kinds), _actions[i], _counts[i])).ToArray();

    /// <summary>The action for a value.</summary>
    /// <exception cref="EtlException"><see cref="Fault.ValueInvalid"/>: the rule is to fail.</exception>
    /// <param name="column">The column's index.</param>
    /// <param name="kind">What is wrong.</param>
    /// <param name="row">The row's number, from 1.</param>
    /// <param name="what">What is wrong, as a sentence's end.</param>
    /// <param name="value">The value as text.</param>
    /// <param name="advice">What to do in the query, if something special.</param>
    public ValueAction Decide(int column, ValueKind kind, long row, string what, ReadOnlySpan<byte> value, string? advice = null)
    {
        ValueAction action = ActionOf(column, kind);
        return action != ValueAction.Fail ? action : throw RefusedValue.Create(_columns[column].Name, row, what, value,
            $"{advice ?? "Convert it in the query."} Or choose what becomes of such values: ValueRule = @{{ {kind} = '{ValueRules.ActionsFor(kind)[0]}' }} (about_EtlType).");
    }

    /// <summary>The rule for a kind in a column.</summary>
    public ValueAction ActionOf(int column, ValueKind kind) => _actions[(column * s_kinds) + (int)kind];

    /// <summary>Counts a repaired value.</summary>
    public void Count(int column, ValueKind kind) => _counts[(column * s_kinds) + (int)kind]++;
}
