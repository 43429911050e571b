using System.Globalization;
using RedshiftEtl.Engine.Plan;

namespace RedshiftEtl.Engine.Define;

/// <summary>A parameter as a job or a command defines it: a value, or a point in time relative to the run.</summary>
/// <param name="Name">The name without the @.</param>
/// <param name="Value">A value of <see cref="EtlParameter"/>, when <paramref name="Unit"/> is null.</param>
/// <param name="Unit">DaysAgo, MonthsAgo (dates) or HoursAgo, MinutesAgo (timestamps).</param>
/// <param name="Amount">How many of the unit, 0 to 100,000.</param>
public sealed record ParameterDefinition(string Name, object? Value, string? Unit = null, int Amount = 0)
{
    private static readonly string[] s_units = ["DaysAgo", "MonthsAgo", "HoursAgo", "MinutesAgo"];

    /// <summary>The parameter's value for a run that starts at <paramref name="now"/> (UTC). Days and months give dates, hours and minutes timestamps.</summary>
    public EtlParameter Resolve(DateTimeOffset now)
    {
        DateTime utc = now.UtcDateTime;
        return Unit switch
        {
            null => EtlParameter.Create(Name, Value),
            "DaysAgo" => new EtlParameter(Name, DateOnly.FromDateTime(utc.AddDays(-Amount))),
            "MonthsAgo" => new EtlParameter(Name, DateOnly.FromDateTime(utc.AddMonths(-Amount))),
            "HoursAgo" => new EtlParameter(Name, DateTime.SpecifyKind(utc.AddHours(-Amount), DateTimeKind.Unspecified)),
            _ => new EtlParameter(Name, DateTime.SpecifyKind(utc.AddMinutes(-Amount), DateTimeKind.Unspecified)),
        };
    }

    /// <summary>The name and the value or rule.</summary>
    public override string ToString() => Unit is null
        ? EtlParameter.Create(Name, Value).ToString()
        : $"@{Name} = {Amount.ToString(CultureInfo.InvariantCulture)} {Unit}";

    /// <summary>The first parameters, each replaced by one of the second of the same name, and then the others of the second.</summary>
    public static IReadOnlyList<ParameterDefinition> Merge(IReadOnlyList<ParameterDefinition> first, IReadOnlyList<ParameterDefinition> second) =>
        first.Where(one => !second.Any(other => other.Name.Equals(one.Name, StringComparison.OrdinalIgnoreCase))).Concat(second).ToArray();

    /// <summary>Reads the keys of a Parameter table and notes mistakes.</summary>
    public static IReadOnlyList<ParameterDefinition> ReadAll(Definition table, string subject, List<DefinitionMistake> mistakes)
    {
        var parameters = new List<ParameterDefinition>();
        foreach (DefinitionEntry entry in table.Entries)
        {
            string name = entry.Key.TrimStart('@');
            if (name.Length == 0 || char.IsDigit(name[0]) || !name.All(c => char.IsLetterOrDigit(c) || c == '_'))
            {
                mistakes.Add(new DefinitionMistake(table.File, entry.Line, $"'{entry.Key}' of {subject} is not a parameter name (letters, digits and _)."));
            }
            else if (entry.Value is Definition relative)
            {
                ReadRelative(name, relative, subject, parameters, mistakes);
            }
            else
            {
                ReadValue(name, entry, table.File, subject, parameters, mistakes);
            }
        }

        return parameters;
    }

    private static void ReadRelative(
        string name, Definition relative, string subject, List<ParameterDefinition> parameters, List<DefinitionMistake> mistakes)
    {
        var reader = new DefinitionReader(relative, $"parameter '{name}' of {subject}", mistakes);
        int before = mistakes.Count;
        var found = s_units.Select(unit => (Unit: unit, Amount: reader.Integer(unit, 0, 100_000))).Where(pair => pair.Amount is not null).ToList();
        reader.RefuseUnknown();
        if (found.Count == 1)
        {
            parameters.Add(new ParameterDefinition(name, null, found[0].Unit, found[0].Amount!.Value));
        }
        else if (mistakes.Count == before)
        {
            reader.Refuse(name, $"Parameter '{name}' of {subject} must be a value or one of @{{ {string.Join(" = n }, @{ ", s_units)} = n }}.");
        }
    }

    private static void ReadValue(
        string name, DefinitionEntry entry, string? file, string subject, List<ParameterDefinition> parameters, List<DefinitionMistake> mistakes)
    {
        try
        {
            parameters.Add(new ParameterDefinition(name, EtlParameter.Create(name, entry.Value).Value));
        }
        catch (EtlException e)
        {
            mistakes.Add(new DefinitionMistake(file, entry.Line, $"{e.Message} ({subject})"));
        }
    }
}
