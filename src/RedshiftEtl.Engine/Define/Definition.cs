namespace RedshiftEtl.Engine.Define;

/// <summary>One key of a definition.</summary>
/// <param name="Key">The key as written.</param>
/// <param name="Value">null, a scalar, a <see cref="Definition"/>, or an array of those.</param>
/// <param name="Line">Line in the file, from 1; 0 for a table that was given directly.</param>
public sealed record DefinitionEntry(string Key, object? Value, int Line);

/// <summary>A table of keys and values as it stands in a psd1 file or was given as a hashtable, not yet validated.</summary>
/// <param name="File">Full path of the file, or null.</param>
/// <param name="Line">Line of the table, from 1; 0 for a table that was given directly.</param>
/// <param name="Entries">The keys in order.</param>
public sealed record Definition(string? File, int Line, IReadOnlyList<DefinitionEntry> Entries);

/// <summary>A mistake in a definition.</summary>
/// <param name="File">The file, or null.</param>
/// <param name="Line">The line, or 0.</param>
/// <param name="Message">What is wrong, and what is right.</param>
public sealed record DefinitionMistake(string? File, int Line, string Message)
{
    /// <summary>«job.psd1, line 3: …».</summary>
    public override string ToString() => File is null ? Message : $"{Path.GetFileName(File)}, line {Line}: {Message}";

    /// <summary>One error with every mistake in it.</summary>
    public static EtlException ToException(IReadOnlyList<DefinitionMistake> mistakes, string target)
    {
        mistakes = mistakes.OrderBy(mistake => mistake.Line).ToArray();
        string text = mistakes.Count == 1
            ? $"'{target}' has a mistake. {mistakes[0]}"
            : $"'{target}' has {mistakes.Count} mistakes.{string.Concat(mistakes.Select(mistake => $"{Environment.NewLine}  {mistake}"))}";
        return new EtlException(Fault.DefinitionInvalid, text, target);
    }
}
