namespace RedshiftEtl.Engine.Define;

/// <summary>Looks up a secret by name in a vault outside of the engine.</summary>
/// <param name="name">The secret's name.</param>
/// <returns>The secret.</returns>
/// <exception cref="EtlException"><see cref="Fault.SecretNotFound"/>.</exception>
public delegate string SecretLookup(string name);

/// <summary>Reads <c>Password = 'x'</c>, <c>Password = @{ Env = 'X' }</c> and <c>Password = @{ Secret = 'x' }</c>.</summary>
internal static class SecretReader
{
    /// <summary>The secret at a key; null when it is not there.</summary>
    public static Secret? Read(DefinitionReader reader, string key, string subject, SecretLookup lookUp, List<DefinitionMistake> mistakes)
    {
        switch (reader.Value(key))
        {
            case null:
                return null;
            case string text:
                return Secret.Of(text);
            case Secret secret:
                return secret;
            case Definition table:
                var nested = new DefinitionReader(table, $"{key} of {subject}", mistakes);
                string? variable = nested.Text("Env");
                string? name = nested.Text("Secret");
                nested.RefuseUnknown();
                if (variable is null == name is null)
                {
                    reader.Refuse(key, $"{key} of {subject} must name either Env or Secret: {key} = @{{ Env = 'NAME' }}.");
                    return null;
                }

                return variable is not null ? Secret.FromEnvironment(variable) : Secret.From($"secret {name}", () => lookUp(name!));
            default:
                reader.Refuse(key, $"{key} of {subject} must be @{{ Env = 'NAME' }}, @{{ Secret = 'name' }} or a text.");
                return null;
        }
    }
}
