using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Extract;
using RedshiftEtl.Engine.Plan;

namespace RedshiftEtl.Engine.Stage;

/// <summary>What lies beside the parts of a run as run.json: whose they are, from before the first part, and everything that loading them takes, once they are complete.</summary>
internal sealed record StageRecord
{
    /// <summary>The object's name under the run's key prefix.</summary>
    public const string FileName = "run.json";

    private static readonly JsonSerializerOptions s_options = new() { WriteIndented = true, Converters = { new JsonStringEnumConverter() } };

    /// <summary>Version of this description; a newer one is not read.</summary>
    public int Version { get; init; } = 1;

    /// <summary>The run.</summary>
    public required string RunId { get; init; }

    /// <summary>The job.</summary>
    public required string Job { get; init; }

    /// <summary>The load.</summary>
    public required LoadKind Load { get; init; }

    /// <summary>The mode.</summary>
    public required LoadMode Mode { get; init; }

    /// <summary>The target table.</summary>
    public required string Table { get; init; }

    /// <summary>Host, port and database of the warehouse.</summary>
    public required string Warehouse { get; init; }

    /// <summary>Name of the source.</summary>
    public required string Source { get; init; }

    /// <summary>The machine that ran it.</summary>
    public string Host { get; init; } = Environment.MachineName;

    /// <summary>The run's start.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Number of the run among the job's committed ones, if it commits.</summary>
    public long? Sequence { get; init; }

    /// <summary>The parameters as they were resolved.</summary>
    public IReadOnlyList<StagedParameter> Parameters { get; init; } = [];

    /// <summary>SHA-256 of the SQL, by what it is for.</summary>
    public string? SqlHashes { get; init; }

    /// <summary>The watermark's column and what the run makes of it.</summary>
    public WatermarkStep? Watermark { get; init; }

    /// <summary>The export; null until it is complete.</summary>
    public EtlExport? Export { get; init; }

    /// <summary>As JSON.</summary>
    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this, s_options);

    /// <summary>From JSON; null when it is none of ours.</summary>
    public static StageRecord? Read(byte[] json)
    {
        try
        {
            StageRecord? record = JsonSerializer.Deserialize<StageRecord>(json, s_options);
            return record?.Version == 1 ? record : null;
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            return null;
        }
    }
}

/// <summary>A watermark's column and what one run makes of it.</summary>
/// <param name="Column">The column.</param>
/// <param name="Before">What the run went by; null for none.</param>
/// <param name="After">What the next run goes by; null when no row had a value yet.</param>
/// <param name="Nulls">Rows without a value.</param>
public sealed record WatermarkStep(string Column, WatermarkValue? Before, WatermarkValue? After, long Nulls);

/// <summary>A parameter's value in a form that comes back exactly.</summary>
/// <param name="Name">The name, without @.</param>
/// <param name="Type">The value's .NET type by its short name; empty for NULL.</param>
/// <param name="Text">The value.</param>
internal sealed record StagedParameter(string Name, string Type, string Text)
{
    /// <summary>Of a parameter.</summary>
    public static StagedParameter Of(EtlParameter parameter) => parameter.Value switch
    {
        null => new StagedParameter(parameter.Name, "", ""),
        byte[] bytes => new StagedParameter(parameter.Name, "Bytes", Convert.ToHexString(bytes)),
        string text => new StagedParameter(parameter.Name, nameof(String), text),
        DateTime or DateTimeOffset or DateOnly or TimeOnly => new StagedParameter(parameter.Name, parameter.Value.GetType().Name, ((IFormattable)parameter.Value).ToString("O", CultureInfo.InvariantCulture)),
        IFormattable value => new StagedParameter(parameter.Name, value.GetType().Name, value.ToString(null, CultureInfo.InvariantCulture)),
        _ => new StagedParameter(parameter.Name, parameter.Value.GetType().Name, parameter.Value.ToString()!),
    };

    /// <summary>The parameter.</summary>
    /// <exception cref="EtlException"><see cref="Fault.PartMissing"/>: the record was tampered with.</exception>
    public EtlParameter ToParameter()
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        try
        {
            return new EtlParameter(Name, Type switch
            {
                "" => null,
                "Bytes" => Convert.FromHexString(Text),
                nameof(String) => Text,
                nameof(Boolean) => bool.Parse(Text),
                nameof(Int64) => long.Parse(Text, culture),
                nameof(Decimal) => decimal.Parse(Text, culture),
                nameof(Double) => double.Parse(Text, culture),
                nameof(Guid) => Guid.Parse(Text),
                nameof(DateOnly) => DateOnly.ParseExact(Text, "O", culture),
                nameof(TimeOnly) => TimeOnly.ParseExact(Text, "O", culture),
                nameof(DateTime) => DateTime.ParseExact(Text, "O", culture, DateTimeStyles.RoundtripKind),
                nameof(DateTimeOffset) => DateTimeOffset.ParseExact(Text, "O", culture, DateTimeStyles.RoundtripKind),
                _ => throw new FormatException(Type),
            });
        }
        catch (FormatException e)
        {
            throw new EtlException(Fault.PartMissing, $"The parameter '@{Name}' of the staged run cannot be read: {e.Message}", Name, e);
        }
    }
}
