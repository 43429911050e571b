using System.Globalization;

namespace RedshiftEtl.Engine.Plan;

/// <summary>A named value for <c>@name</c> in SQL.</summary>
/// <param name="Name">The name without the @; compared without regard to case.</param>
/// <param name="Value">null, string, bool, long, decimal, double, DateTime, DateOnly, TimeOnly, DateTimeOffset, Guid or byte[]; nothing else.</param>
public sealed record EtlParameter(string Name, object? Value)
{
    /// <summary>Brings any number type to long, decimal or double, and refuses what SQL has no literal for.</summary>
    /// <exception cref="EtlException"><see cref="Fault.ParameterInvalid"/>.</exception>
    public static EtlParameter Create(string name, object? value) => new(name, value switch
    {
        null or string or bool or long or decimal or DateTime or DateOnly or TimeOnly or DateTimeOffset or Guid or byte[] => value,
        DBNull => null,
        double d when double.IsFinite(d) => d,
        float f when float.IsFinite(f) => double.Parse(f.ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture),
        char c => c.ToString(),
        sbyte or byte or short or ushort or int or uint => Convert.ToInt64(value, CultureInfo.InvariantCulture),
        ulong or System.Numerics.BigInteger => decimal.Parse(Convert.ToString(value, CultureInfo.InvariantCulture)!, CultureInfo.InvariantCulture),
        Enum e => e.ToString(),
        _ => throw new EtlException(Fault.ParameterInvalid,
            $"Parameter '{name}' has a value of type {value.GetType().Name}, which SQL has no literal for.", name),
    });

    /// <summary>The value as a plan shows it: dates in ISO form, text in quotes.</summary>
    public override string ToString() => $"@{Name} = " + Value switch
    {
        null => "NULL",
        string s => $"'{s}'",
        bool b => b ? "true" : "false",
        DateOnly d => d.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        DateTime t => t.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture),
        DateTimeOffset o => o.ToString("yyyy-MM-dd HH:mm:ss.ffffffzzz", CultureInfo.InvariantCulture),
        byte[] bytes => $"0x{Convert.ToHexString(bytes)}",
        IFormattable f => f.ToString(null, CultureInfo.InvariantCulture),
        _ => Value.ToString(),
    };
}
