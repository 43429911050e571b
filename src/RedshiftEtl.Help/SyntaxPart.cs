using System.Text.RegularExpressions;

namespace RedshiftEtl.Help;

/// <summary>A parameter in a syntax line.</summary>
/// <param name="Name">Its name, without the dash.</param>
/// <param name="Type">The type of its value; null for a switch.</param>
/// <param name="Required">Whether the set can't do without it.</param>
internal sealed partial record SyntaxPart(string Name, string? Type, bool Required)
{
    /// <summary>The parts of a line such as <c>Verb-Noun [[-A] &lt;String&gt;] -B &lt;Int32&gt; [-C]</c>; null for one that isn't like that.</summary>
    public static IReadOnlyList<SyntaxPart>? Parse(string line, string cmdlet)
    {
        string rest = Whitespace().Replace(line, " ").Trim();
        if (!rest.StartsWith(cmdlet + " ", StringComparison.Ordinal))
        {
            return null;
        }

        rest = rest[cmdlet.Length..].Replace(" [<CommonParameters>]", "", StringComparison.Ordinal);
        MatchCollection parts = Part().Matches(rest);
        return parts.Sum(part => part.Length) == rest.Length
            ? [.. parts.Select(part => new SyntaxPart(part.Groups["name"].Value, part.Groups["type"].Success ? part.Groups["type"].Value : null, !part.Groups["optional"].Success))]
            : null;
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Whitespace();

    // Optional with a value, optional switch, required with a value: each named or, in brackets of its own, by position.
    [GeneratedRegex(@" (?:(?<optional>\[)(?:\[-(?<name>\w+)\]|-(?<name>\w+))(?: <(?<type>[\w.\[\]]+)>)?\]|(?:\[-(?<name>\w+)\]|-(?<name>\w+)) <(?<type>[\w.\[\]]+)>|-(?<name>\w+))(?= [\[-]|$)", RegexOptions.ExplicitCapture)]
    private static partial Regex Part();
}
