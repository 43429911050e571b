using RedshiftEtl.Engine.Define;

namespace RedshiftEtl.Engine.Extract;

/// <summary>Which action each kind of value gets that Redshift cannot hold: for all columns, and for single ones. Whatever isn't named fails.</summary>
public sealed record ValueRules
{
    private const string ColumnKey = "Column";

    /// <summary>Every such value fails the extract.</summary>
    public static ValueRules None { get; } = new();

    /// <summary>The actions for all columns.</summary>
    public IReadOnlyDictionary<ValueKind, ValueAction> All { get; init; } = new Dictionary<ValueKind, ValueAction>();

    /// <summary>The actions for single columns, by name in any case; they go before those for all.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<ValueKind, ValueAction>> Columns { get; init; } =
        new Dictionary<string, IReadOnlyDictionary<ValueKind, ValueAction>>(StringComparer.OrdinalIgnoreCase);

    /// <summary>What can be done about a kind, beside failing: the first is what an error advises.</summary>
    public static IReadOnlyList<ValueAction> ActionsFor(ValueKind kind) => kind switch
    {
        ValueKind.Year or ValueKind.Time or ValueKind.Encoding => [ValueAction.Replace, ValueAction.Null],
        ValueKind.Fraction or ValueKind.Scale => [ValueAction.Round, ValueAction.Truncate, ValueAction.Null],
        ValueKind.Length => [ValueAction.Truncate, ValueAction.Null],
        ValueKind.Nul => [ValueAction.Replace, ValueAction.Truncate, ValueAction.Null],
        _ => [ValueAction.Null],
    };

    /// <summary>Reads <c>@{ NaN = 'Null'; Column = @{ amount = @{ Scale = 'Round' } } }</c> and notes its mistakes.</summary>
    /// <param name="definition">The table; null for no rules.</param>
    /// <param name="subject">What it is, for messages: «ValueRule of job 'orders'».</param>
    /// <param name="mistakes">Where mistakes are noted.</param>
    public static ValueRules Read(Definition? definition, string subject, List<DefinitionMistake> mistakes)
    {
        if (definition is null)
        {
            return None;
        }

        var reader = new DefinitionReader(definition, subject, mistakes);
        IReadOnlyDictionary<ValueKind, ValueAction> all = ReadKinds(reader, subject);
        var columns = new Dictionary<string, IReadOnlyDictionary<ValueKind, ValueAction>>(StringComparer.OrdinalIgnoreCase);
        if (reader.Table(ColumnKey) is { } table)
        {
            var names = new DefinitionReader(table, $"{ColumnKey} of {subject}", mistakes);
            foreach (string name in table.Entries.Select(entry => entry.Key))
            {
                if (names.Table(name) is { } own)
                {
                    string columnSubject = $"'{name}' in {subject}";
                    var kinds = new DefinitionReader(own, columnSubject, mistakes);
                    columns[name] = ReadKinds(kinds, columnSubject);
                    kinds.RefuseUnknown();
                }
            }
        }

        reader.RefuseUnknown();
        return new ValueRules { All = all, Columns = columns };
    }

    /// <summary>The action for a column.</summary>
    public ValueAction For(string column, ValueKind kind) =>
        Columns.TryGetValue(column, out IReadOnlyDictionary<ValueKind, ValueAction>? own) && own.TryGetValue(kind, out ValueAction action) ? action
        : All.GetValueOrDefault(kind, ValueAction.Fail);

    private static Dictionary<ValueKind, ValueAction> ReadKinds(DefinitionReader reader, string subject)
    {
        var actions = new Dictionary<ValueKind, ValueAction>();
        foreach (ValueKind kind in Enum.GetValues<ValueKind>())
        {
            string key = kind.ToString();
            if (reader.Choice<ValueAction>(key) is not { } action)
            {
                continue;
            }

            IReadOnlyList<ValueAction> possible = ActionsFor(kind);
            if (action != ValueAction.Fail && !possible.Contains(action))
            {
                reader.Refuse(key, $"{key} of {subject} can be {string.Join(", ", possible.Prepend(ValueAction.Fail))}, not {action}.");
            }

            actions[kind] = action;
        }

        return actions;
    }
}
