using System.Text.Json;

namespace RedshiftEtl.Engine.Schedule.Register;

/// <summary>How an entry says whose it is: a schedule as one line of JSON.</summary>
internal static class ScheduleMark
{
    /// <summary>What the line begins with.</summary>
    public const string Prefix = "RedshiftEtl ";

    /// <summary>The line.</summary>
    public static string Of(EtlSchedule schedule) => Prefix + JsonSerializer.Serialize(schedule);

    /// <summary>The schedule of a line; null when it is somebody else's.</summary>
    public static EtlSchedule? Read(string line)
    {
        if (!line.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize<EtlSchedule>(line[Prefix.Length..]);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
