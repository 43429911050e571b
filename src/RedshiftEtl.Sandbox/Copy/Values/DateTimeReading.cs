namespace RedshiftEtl.Sandbox.Copy.Values;

/// <summary>How dates or timestamps are written in the data: DATEFORMAT and TIMEFORMAT (redshift-facts.md 1.4, 1.7).</summary>
internal enum DateTimeForm
{
    /// <summary>The option isn't given: ISO, strictly.</summary>
    Default,

    /// <summary>'auto': every form that 1.7 lists.</summary>
    Auto,

    /// <summary>Seconds since 1970.</summary>
    EpochSeconds,

    /// <summary>Milliseconds since 1970.</summary>
    EpochMilliseconds,

    /// <summary>A pattern such as 'DD/MM/YYYY'.</summary>
    Pattern,
}

/// <summary>A form, and the pattern if it is one.</summary>
/// <param name="Form">The form.</param>
/// <param name="Pattern">The pattern, or null.</param>
internal sealed record DateTimeReading(DateTimeForm Form, DateTimePattern? Pattern)
{
    /// <summary>The option isn't given.</summary>
    public static DateTimeReading Default { get; } = new(DateTimeForm.Default, null);

    /// <summary>DATEFORMAT: 'auto' in lower case, or a pattern.</summary>
    /// <exception cref="Redshift.BackendException">The pattern isn't one.</exception>
    public static DateTimeReading ForDate(string text) =>
        text == "auto" ? new DateTimeReading(DateTimeForm.Auto, null) : new DateTimeReading(DateTimeForm.Pattern, DateTimePattern.Parse(text, "DATEFORMAT"));

    /// <summary>TIMEFORMAT: 'auto', 'epochsecs', 'epochmillisecs' in lower case, or a pattern without a zone.</summary>
    /// <exception cref="Redshift.BackendException">The pattern isn't one.</exception>
    public static DateTimeReading ForTime(string text) => text switch
    {
        "auto" => new DateTimeReading(DateTimeForm.Auto, null),
        "epochsecs" => new DateTimeReading(DateTimeForm.EpochSeconds, null),
        "epochmillisecs" => new DateTimeReading(DateTimeForm.EpochMilliseconds, null),
        _ => new DateTimeReading(DateTimeForm.Pattern, DateTimePattern.Parse(text, "TIMEFORMAT")),
    };
}
