namespace RedshiftEtl.Help;

/// <summary>A mistake in a page, as a line that a build shows as an error with its place.</summary>
internal sealed class PageException(string file, int line, string message) : Exception($"{file}({line}): error HELP: {message}");
