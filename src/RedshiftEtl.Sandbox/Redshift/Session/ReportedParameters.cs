namespace RedshiftEtl.Sandbox.Redshift.Session;

/// <summary>The ParameterStatus messages that Redshift sends (redshift-facts 8.1, 8.2).</summary>
internal static class ReportedParameters
{
    /// <summary>What every session is told at login.</summary>
    public static IReadOnlyList<(string Name, string Value)> AtLogin(string user, bool isSuperuser) =>
    [
        ("server_version", "8.0.2"),
        ("server_encoding", "UTF8"),
        ("client_encoding", "UTF8"),
        ("DateStyle", "ISO, MDY"),
        ("TimeZone", "UTC"),
        ("integer_datetimes", "on"),
        ("standard_conforming_strings", "off"),
        ("is_superuser", isSuperuser ? "on" : "off"),
        ("session_authorization", user),
    ];

    /// <summary>The value to report when the private PostgreSQL reports one, or null where Redshift is silent.</summary>
    public static string? Map(string name, string value) => name switch
    {
        "client_encoding" or "DateStyle" or "TimeZone" => value,
        _ => null,
    };
}
