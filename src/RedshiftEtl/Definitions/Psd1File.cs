using System.Management.Automation.Language;
using RedshiftEtl.Engine;
using RedshiftEtl.Engine.Define;

namespace RedshiftEtl.Definitions;

/// <summary>Reads a psd1 file with PowerShell's own parser, as data: nothing in it is ever run.</summary>
internal static class Psd1File
{
    /// <summary>The table in the file.</summary>
    /// <exception cref="EtlException"><see cref="Fault.DefinitionInvalid"/> with every mistake: syntax, or anything but constants.</exception>
    public static Definition Read(string file)
    {
        string text;
        try
        {
            text = File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EtlException(Fault.DefinitionInvalid, $"The file '{file}' cannot be read: {e.Message}", file, e, "Check the file's path and rights.");
        }

        ScriptBlockAst script = Parser.ParseInput(text, file, out _, out ParseError[] errors);
        var mistakes = errors.Select(error => new DefinitionMistake(file, error.Extent.StartLineNumber, error.Message)).ToList();
        if (mistakes.Count == 0)
        {
            var statements = script.EndBlock?.Statements;
            bool isTable = script.ParamBlock is null && script.BeginBlock is null && script.ProcessBlock is null && statements?.Count == 1;
            if (isTable && Expression(statements![0]) is HashtableAst table)
            {
                Definition definition = Table(table, file, mistakes);
                if (mistakes.Count == 0)
                {
                    return definition;
                }
            }
            else
            {
                mistakes.Add(new DefinitionMistake(file, 1, "The file must be one table: @{ … }. It is data and cannot have statements in it."));
            }
        }

        throw DefinitionMistake.ToException(mistakes, file);
    }

    private static Definition Table(HashtableAst table, string file, List<DefinitionMistake> mistakes)
    {
        var entries = new List<DefinitionEntry>();
        foreach ((ExpressionAst key, StatementAst value) in table.KeyValuePairs)
        {
            if (Constant(key, file, mistakes) is { } name)
            {
                object? read = Expression(value) is { } expression ? Value(expression, file, mistakes) : Refuse(value, file, mistakes);
                entries.Add(new DefinitionEntry(name.ToString()!, read, key.Extent.StartLineNumber));
            }
        }

        return new Definition(file, table.Extent.StartLineNumber, entries);
    }

    private static object? Value(ExpressionAst expression, string file, List<DefinitionMistake> mistakes) => expression switch
    {
        HashtableAst table => Table(table, file, mistakes),
        ArrayLiteralAst list => list.Elements.Select(element => Value(element, file, mistakes)).ToArray(),
        ArrayExpressionAst list => list.SubExpression.Statements.SelectMany(statement => Expression(statement) switch
        {
            ArrayLiteralAst several => several.Elements.Select(element => Value(element, file, mistakes)),
            { } one => [Value(one, file, mistakes)],
            null => [Refuse(statement, file, mistakes)],
        }).ToArray(),
        _ => Constant(expression, file, mistakes),
    };

    /// <summary>A constant by the parser's own safe-value evaluation.</summary>
    private static object? Constant(ExpressionAst expression, string file, List<DefinitionMistake> mistakes)
    {
        try
        {
            return expression.SafeGetValue();
        }
        catch (InvalidOperationException)
        {
            return Refuse(expression, file, mistakes);
        }
    }

    private static object? Refuse(Ast ast, string file, List<DefinitionMistake> mistakes)
    {
        string text = ast.Extent.Text;
        mistakes.Add(new DefinitionMistake(file, ast.Extent.StartLineNumber,
            $"'{(text.Length > 60 ? string.Concat(text.AsSpan(0, 60), "…") : text)}' is code, and the file is data: only constants, lists and tables can stand here."));
        return null;
    }

    private static ExpressionAst? Expression(StatementAst statement) =>
        statement is PipelineAst { PipelineElements: [CommandExpressionAst { Redirections.Count: 0 } command] } ? command.Expression : null;
}
