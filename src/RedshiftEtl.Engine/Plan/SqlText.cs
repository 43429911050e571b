using System.Text;

namespace RedshiftEtl.Engine.Plan;

/// <summary>A <c>@name</c> in SQL.</summary>
/// <param name="Name">The name without the @.</param>
/// <param name="Start">Index of the @ in the text.</param>
/// <param name="Length">Length with the @.</param>
public readonly record struct ParameterReference(string Name, int Start, int Length);

/// <summary>One statement of a SQL text.</summary>
/// <param name="Text">The statement without the semicolon and the white space around it.</param>
/// <param name="Start">Index of its first character in the whole text.</param>
public readonly record struct SqlStatement(string Text, int Start);

/// <summary>SQL as a user wrote it, with the file it came from, cut where a server of that dialect would cut it.</summary>
public sealed class SqlText
{
    private SqlText(string text, string? file, SqlDialect dialect)
    {
        Text = text;
        File = file;
        Dialect = dialect;
        var scanner = new SqlScanner(text, dialect);
        scanner.Scan();
        References = scanner.References;
        Statements = scanner.Statements;
    }

    /// <summary>The text, exactly as written.</summary>
    public string Text { get; }

    /// <summary>The file's full path, or null for text that was given directly.</summary>
    public string? File { get; }

    /// <summary>The dialect it was cut by.</summary>
    public SqlDialect Dialect { get; }

    /// <summary>The parameters in it, in order, repeated as often as they stand there.</summary>
    public IReadOnlyList<ParameterReference> References { get; }

    /// <summary>Its statements, without empty ones.</summary>
    public IReadOnlyList<SqlStatement> Statements { get; }

    /// <summary>Takes SQL that was given as text.</summary>
    public static SqlText Of(string text, SqlDialect dialect, string? file = null) => new(text, file, dialect);

    /// <summary>Reads a SQL file (UTF-8, with or without a byte order mark; UTF-16 with one).</summary>
    /// <exception cref="EtlException"><see cref="Fault.SqlFileUnreadable"/>: missing, not readable, not UTF-8, or without a statement.</exception>
    public static SqlText Read(string file, SqlDialect dialect)
    {
        string text;
        try
        {
            using var reader = new StreamReader(file, new UTF8Encoding(false, true), detectEncodingFromByteOrderMarks: true);
            text = reader.ReadToEnd();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new EtlException(Fault.SqlFileUnreadable, $"The SQL file '{file}' does not exist.", file, e);
        }
        catch (DecoderFallbackException e)
        {
            throw new EtlException(Fault.SqlFileUnreadable, $"The SQL file '{file}' is not UTF-8 text.", file, e, "Save the file as UTF-8.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new EtlException(Fault.SqlFileUnreadable, $"The SQL file '{file}' cannot be read: {e.Message}", file, e);
        }

        var sql = new SqlText(text, file, dialect);
        return sql.Statements.Count > 0
            ? sql
            : throw new EtlException(Fault.SqlFileUnreadable, $"The SQL file '{file}' has no statement in it.", file);
    }

    /// <summary>The text with every parameter replaced by what <paramref name="render"/> returns for its name.</summary>
    public string Substitute(Func<string, string> render) => Substitute(0, Text.Length, render);

    /// <summary>One statement with every parameter replaced by what <paramref name="render"/> returns for its name.</summary>
    public string Substitute(SqlStatement statement, Func<string, string> render) =>
        Substitute(statement.Start, statement.Start + statement.Text.Length, render);

    /// <summary>Line (from 1) and column (from 1) of an index in the text.</summary>
    public (int Line, int Column) LocationOf(int index)
    {
        index = Math.Clamp(index, 0, Text.Length);
        int line = 1;
        int start = 0;
        for (int i = 0; i < index; i++)
        {
            if (Text[i] == '\n')
            {
                line++;
                start = i + 1;
            }
        }

        return (line, index - start + 1);
    }

    /// <summary>«orders.sql, line 3» or «The SQL text, line 3», for messages.</summary>
    /// <param name="index">Index of a character in the text.</param>
    /// <param name="lines">Lines to go down from there: a statement's text with parameters replaced keeps its lines, but not its indexes.</param>
    public string Describe(int index, int lines = 0) =>
        $"{(File is null ? "The SQL text" : Path.GetFileName(File))}, line {LocationOf(index).Line + lines}";

    /// <summary>The file, else the text.</summary>
    public override string ToString() => File ?? Text;

    private string Substitute(int from, int to, Func<string, string> render)
    {
        var result = new StringBuilder(to - from + 64);
        int position = from;
        foreach (ParameterReference reference in References)
        {
            if (reference.Start < from || reference.Start >= to)
            {
                continue;
            }

            result.Append(Text, position, reference.Start - position).Append(render(reference.Name));
            position = reference.Start + reference.Length;
        }

        return result.Append(Text, position, to - position).ToString();
    }
}
