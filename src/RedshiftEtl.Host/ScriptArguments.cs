using System.Management.Automation.Runspaces;

namespace RedshiftEtl.Host;

/// <summary>Turns a script's arguments into parameters, by the rules of <c>pwsh -File</c>: every value is a string,
/// and only <c>-Name:$true</c> and <c>-Name:$false</c> become a boolean.</summary>
internal static class ScriptArguments
{
    /// <summary>Reads the arguments.</summary>
    /// <param name="args">What stands after the script's path.</param>
    public static IReadOnlyList<CommandParameter> Read(IEnumerable<string> args)
    {
        var parameters = new List<CommandParameter>();
        string? awaitsValue = null;
        foreach (var arg in args)
        {
            if (awaitsValue is not null)
            {
                parameters.Add(new CommandParameter(awaitsValue, arg));
                awaitsValue = null;
            }
            else if (!IsName(arg))
            {
                parameters.Add(new CommandParameter(null, arg));
            }
            else if (arg.EndsWith(':'))
            {
                awaitsValue = arg;
            }
            else
            {
                // A name keeps its dash: the engine then binds the argument that follows to it, or none if it is a switch.
                var colon = arg.IndexOf(':', StringComparison.Ordinal);
                parameters.Add(colon < 0 ? new CommandParameter(arg) : new CommandParameter(arg[..(colon + 1)], SwitchValue(arg[(colon + 1)..])));
            }
        }

        if (awaitsValue is not null)
            parameters.Add(new CommandParameter(awaitsValue.TrimEnd(':')));
        return parameters;
    }

    /// <summary>A negative number is a value, a dash followed by a letter a name.</summary>
    private static bool IsName(string arg) => arg is ['-', var first, ..] && (char.IsLetter(first) || first is '_' or '?');

    private static object SwitchValue(string text) => text.ToUpperInvariant() switch
    {
        "$TRUE" => true,
        "$FALSE" => false,
        _ => text,
    };
}
