namespace RedshiftEtl.Engine.Define;

/// <summary>A password, key or token that shows itself only to who asks by name. It prints as asterisks.</summary>
public sealed class Secret
{
    private readonly Lazy<string> _value;

    private Secret(string origin, Func<string> read)
    {
        Origin = origin;
        _value = new Lazy<string>(read);
    }

    /// <summary>Where the secret comes from, for messages: <c>given</c>, <c>environment variable X</c>, <c>secret X</c>.</summary>
    public string Origin { get; }

    /// <summary>A secret that was given as text.</summary>
    public static Secret Of(string value) => new("given", () => value);

    /// <summary>A secret in an environment variable of this process, read when it is first needed.</summary>
    public static Secret FromEnvironment(string variable) => new($"environment variable {variable}", () =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value
            ? value
            : throw new EtlException(Fault.SecretNotFound, $"The environment variable '{variable}' is not set.", variable));

    /// <summary>A secret that somebody else looks up (SecretManagement, in the cmdlets), when it is first needed.</summary>
    public static Secret From(string origin, Func<string> read) => new(origin, read);

    /// <summary>The secret itself.</summary>
    /// <exception cref="EtlException"><see cref="Fault.SecretNotFound"/>.</exception>
    public string Reveal() => _value.Value;

    /// <summary>Asterisks, always.</summary>
    public override string ToString() => "********";
}
