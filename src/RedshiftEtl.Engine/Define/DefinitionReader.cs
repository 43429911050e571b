using System.Globalization;

namespace RedshiftEtl.Engine.Define;

/// <summary>Takes the keys of one table one by one, checks each, and notes every mistake instead of stopping at the first.</summary>
/// <param name="definition">The table.</param>
/// <param name="subject">What the table describes, for messages: «connection 'crm'».</param>
/// <param name="mistakes">Where mistakes are noted.</param>
internal sealed class DefinitionReader(Definition definition, string subject, List<DefinitionMistake> mistakes)
{
    private readonly HashSet<string> _known = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Notes a mistake at a key (or at the table, when the key is not there).</summary>
    public void Refuse(string key, string message) =>
        mistakes.Add(new DefinitionMistake(definition.File, Find(key)?.Line ?? definition.Line, message));

    /// <summary>Whether the key is there.</summary>
    public bool Has(string key) => Find(key) is not null;

    /// <summary>A text; null when it is not there.</summary>
    public string? Text(string key, bool isRequired = false)
    {
        switch (Take(key, isRequired)?.Value)
        {
            case null:
                return null;
            case string { Length: > 0 } text:
                return text;
            default:
                Refuse(key, $"{key} of {subject} must be a text.");
                return null;
        }
    }

    /// <summary>A whole number in a range; null when it is not there.</summary>
    public int? Integer(string key, int from, int to) => (int?)Long(key, from, to);

    /// <summary>A whole number; a text of digits counts as one.</summary>
    public long? Long(string key, long from, long to)
    {
        if (Take(key, false) is not { } entry)
        {
            return null;
        }

        bool isNumber = entry.Value is int or long or short or byte
            || (entry.Value is string text && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _));
        if (isNumber && Convert.ToInt64(entry.Value, CultureInfo.InvariantCulture) is long number && number >= from && number <= to)
        {
            return number;
        }

        Refuse(key, to == long.MaxValue
            ? $"{key} of {subject} must be a whole number of {from} or more."
            : $"{key} of {subject} must be a whole number from {from} to {to}.");
        return null;
    }

    /// <summary>A length of time, longer than none: '02:30:00' is two and a half hours, '1.00:00' a day.</summary>
    public TimeSpan? Duration(string key)
    {
        if (Take(key, false) is not { } entry)
        {
            return null;
        }

        if (entry.Value is string text && text.Contains(':', StringComparison.Ordinal)
            && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out TimeSpan time) && time > TimeSpan.Zero && time.TotalDays <= 3650)
        {
            return time;
        }

        Refuse(key, $"{key} of {subject} must be a length of time such as '00:10:00' (ten minutes) or '1.00:00' (a day).");
        return null;
    }

    /// <summary>$true or $false; null when it is not there.</summary>
    public bool? Flag(string key)
    {
        switch (Take(key, false))
        {
            case null:
                return null;
            case { Value: bool flag }:
                return flag;
            default:
                Refuse(key, $"{key} of {subject} must be $true or $false.");
                return null;
        }
    }

    /// <summary>One word of a closed list; null when it is not there.</summary>
    public string? Choice(string key, IReadOnlyCollection<string> choices, bool isRequired = false)
    {
        if (Text(key, isRequired) is not { } text)
        {
            return null;
        }

        string? choice = choices.FirstOrDefault(candidate => candidate.Equals(text, StringComparison.OrdinalIgnoreCase));
        if (choice is null)
        {
            Refuse(key, $"'{text}' is not a {key} of {subject}.{NearestName.Hint(text, choices)}");
        }

        return choice;
    }

    /// <summary>A value of an enumeration by its name; null when it is not there.</summary>
    public T? Choice<T>(string key, bool isRequired = false)
        where T : struct, Enum =>
        Choice(key, Enum.GetNames<T>(), isRequired) is { } name ? Enum.Parse<T>(name) : null;

    /// <summary>A list of texts; one text counts as a list of one. Empty when it is not there.</summary>
    public IReadOnlyList<string> Texts(string key)
    {
        switch (Take(key, false)?.Value)
        {
            case null:
                return [];
            case string text:
                return [text];
            case IReadOnlyList<object?> list when list.All(item => item is string):
                return list.Cast<string>().ToArray();
            default:
                Refuse(key, $"{key} of {subject} must be a text or a list of texts.");
                return [];
        }
    }

    /// <summary>A nested table; null when it is not there.</summary>
    public Definition? Table(string key)
    {
        switch (Take(key, false))
        {
            case null:
                return null;
            case { Value: Definition table }:
                return table;
            default:
                Refuse(key, $"{key} of {subject} must be a table: {key} = @{{ … }}.");
                return null;
        }
    }

    /// <summary>Any value; null when it is not there.</summary>
    public object? Value(string key) => Take(key, false)?.Value;

    /// <summary>Refuses every key that was not asked for, with the nearest one that is.</summary>
    public void RefuseUnknown()
    {
        foreach (DefinitionEntry entry in definition.Entries.Where(entry => !_known.Contains(entry.Key)))
        {
            mistakes.Add(new DefinitionMistake(definition.File, entry.Line,
                $"'{entry.Key}' is not a key of {subject}.{NearestName.Hint(entry.Key, _known)}"));
        }
    }

    private DefinitionEntry? Take(string key, bool isRequired)
    {
        _known.Add(key);
        DefinitionEntry? entry = Find(key);
        if (entry is null && isRequired)
        {
            Refuse(key, $"{key} of {subject} is missing.");
        }

        return entry;
    }

    private DefinitionEntry? Find(string key) =>
        definition.Entries.FirstOrDefault(entry => entry.Key.Equals(key, StringComparison.OrdinalIgnoreCase));
}
