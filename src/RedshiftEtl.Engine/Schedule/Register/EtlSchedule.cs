using System.Text.Json.Serialization;

namespace RedshiftEtl.Engine.Schedule.Register;

/// <summary>What the system's scheduler starts: every so many minutes, whatever of a project is due.</summary>
public sealed record EtlSchedule
{
    /// <summary>The name, one of its kind with the user's scheduler.</summary>
    public required string Name { get; init; }

    /// <summary>The project folder.</summary>
    public required string Project { get; init; }

    /// <summary>The one job that it is for; null for all jobs of the project that are due.</summary>
    public string? Job { get; init; }

    /// <summary>How often it looks for what is due: a number of minutes that divides an hour.</summary>
    public required int EveryMinutes { get; init; }

    /// <summary>How many jobs run side by side.</summary>
    public int ThrottleLimit { get; init; } = 1;

    /// <summary>The script that is started.</summary>
    public required string Script { get; init; }

    /// <summary>The log that is written.</summary>
    public required string LogPath { get; init; }

    /// <summary>What the scheduler has or, with -WhatIf, would get: a crontab line, or a task in XML.</summary>
    [JsonIgnore]
    public string Entry { get; init; } = "";

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}
