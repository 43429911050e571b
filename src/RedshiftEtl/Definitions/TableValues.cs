using System.Collections;
using System.Management.Automation;
using RedshiftEtl.Engine.Define;

namespace RedshiftEtl.Definitions;

/// <summary>Turns PowerShell hashtables into the engine's definitions.</summary>
internal static class TableValues
{
    /// <summary>A definition of a hashtable that was given directly.</summary>
    public static Definition ToDefinition(IDictionary table)
    {
        var entries = new List<DefinitionEntry>();
        foreach (DictionaryEntry entry in table)
        {
            entries.Add(new DefinitionEntry(entry.Key.ToString() ?? "", ToValue(entry.Value), 0));
        }

        return new Definition(null, 0, entries);
    }

    /// <summary>A value without PowerShell's wrapping; a PSCredential or SecureString gives its password as a secret.</summary>
    public static object? ToValue(object? value) => Unwrap(value) switch
    {
        PSCredential credential => Secret.Of(credential.GetNetworkCredential().Password),
        System.Security.SecureString secure => Secret.Of(new System.Net.NetworkCredential("", secure).Password),
        IDictionary table => ToDefinition(table),
        object[] list => list.Select(ToValue).ToArray(),
        { } other => other,
        null => null,
    };

    /// <summary>The object inside of a PSObject.</summary>
    public static object? Unwrap(object? value) => value is PSObject wrapped ? wrapped.BaseObject : value;
}
