using RedshiftEtl.Sandbox.Redshift.Wire;

namespace RedshiftEtl.Sandbox.Redshift.Session;

/// <summary>What a client says about itself when it connects.</summary>
/// <param name="User">The user to log in as.</param>
/// <param name="Database">The database to connect to.</param>
/// <param name="Settings">The settings it asks for.</param>
internal sealed record StartupPacket(string User, string Database, IReadOnlyList<(string Name, string Value)> Settings)
{
    /// <summary>Reads the parameters of a startup message, after its protocol version.</summary>
    /// <exception cref="BackendException">No user is named (28000).</exception>
    public static StartupPacket Parse(ReadOnlySpan<byte> body)
    {
        var reader = new BodyReader(body);
        string? user = null;
        string? database = null;
        var settings = new List<(string, string)>();
        for (string name = reader.Text(); name.Length > 0; name = reader.Text())
        {
            string value = reader.Text();
            if (name == "user") user = value;
            else if (name == "database") database = value;
            else if (name == "options") settings.AddRange(ParseOptions(value));
            else settings.Add((name, value));
        }
        if (string.IsNullOrEmpty(user)) throw new BackendException("28000", "no PostgreSQL user name specified in startup packet");
        return new StartupPacket(user, string.IsNullOrEmpty(database) ? user : database, settings);
    }

    private static IEnumerable<(string Name, string Value)> ParseOptions(string options)
    {
        var words = options.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        for (int i = 0; i < words.Length; i++)
        {
            string setting = words[i] == "-c" && i + 1 < words.Length ? words[++i]
                : words[i].StartsWith("--", StringComparison.Ordinal) ? words[i][2..].Replace('-', '_')
                : words[i].StartsWith("-c", StringComparison.Ordinal) ? words[i][2..] : "";
            int equals = setting.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0) throw new BackendException("42601", $"invalid command-line arguments for server process: {words[i]}");
            yield return (setting[..equals], setting[(equals + 1)..]);
        }
    }
}
