using System.Globalization;
using System.Text;

namespace RedshiftEtl.Sandbox.Copy.Statement;

/// <summary>Reads a COPY statement: the target and source, then the clauses in any order (redshift-facts.md 1.1).</summary>
internal sealed class CopyParser
{
    private readonly IReadOnlyList<CopyToken> _tokens;
    private int _at;

    private CopyParser(IReadOnlyList<CopyToken> tokens) => _tokens = tokens;

    /// <summary>The token that is read next.</summary>
    public CopyToken Current => _tokens[_at];

    /// <summary>Parses one statement; a trailing semicolon is allowed.</summary>
    /// <exception cref="Redshift.BackendException">The statement breaks the grammar or a rule between its clauses, or needs what the sandbox lacks.</exception>
    public static CopyStatement Parse(string sql)
    {
        var parser = new CopyParser(CopyLexer.Split(sql));
        var statement = new CopyStatement();
        parser.Expect("COPY");
        if (parser.Current.Is("JOB"))
            throw CopyErrors.Lacking("COPY JOB");
        parser.ReadTarget(statement);
        parser.Expect("FROM");
        parser.ReadSource(statement);
        CopyClauses.ReadAll(parser, statement);
        CopyRules.Check(statement);
        return statement;
    }

    /// <summary>Takes the current token and goes on.</summary>
    public CopyToken Take()
    {
        CopyToken token = Current;
        if (token.Kind != CopyTokenKind.End)
            _at++;
        return token;
    }

    /// <summary>Takes the keyword if it comes next.</summary>
    public bool TryTake(string keyword)
    {
        if (!Current.Is(keyword))
            return false;
        _at++;
        return true;
    }

    /// <summary>Takes the keyword that must come next.</summary>
    public void Expect(string keyword)
    {
        if (!TryTake(keyword))
            throw Unexpected();
    }

    /// <summary>Takes a string literal, its backslashes kept.</summary>
    public string TakeRaw() => Current.Kind == CopyTokenKind.Literal ? Take().Text : throw Unexpected();

    /// <summary>Takes an ordinary string literal.</summary>
    public string TakeString() => CopyLiteral.Ordinary(TakeRaw());

    /// <summary>Takes an integer; digits in quotes count too, as Redshift's examples write them both ways.</summary>
    public long TakeNumber(long least, long most, string what)
    {
        CopyToken token = Current;
        if (token.Kind is not (CopyTokenKind.Number or CopyTokenKind.Literal)
            || !long.TryParse(token.Text, NumberStyles.None, CultureInfo.InvariantCulture, out long value))
            throw Unexpected();
        if (value < least || value > most)
            throw CopyErrors.Syntax(string.Create(CultureInfo.InvariantCulture, $"{what} must be between {least} and {most}"), token.Offset);
        _at++;
        return value;
    }

    /// <summary>The syntax error for the current token.</summary>
    public Redshift.BackendException Unexpected() =>
        Current.Kind == CopyTokenKind.End ? CopyErrors.SyntaxAtEnd(Current.Offset) : CopyErrors.SyntaxNear(Current.Text, Current.Offset);

    private void ReadTarget(CopyStatement statement)
    {
        statement.Table = TakeName();
        for (int dots = 0; dots < 2 && Current.IsSymbol('.'); dots++)
        {
            _at++;
            statement.Database = statement.Schema;
            statement.Schema = statement.Table;
            statement.Table = TakeName();
        }
        if (Current.IsSymbol('('))
            statement.Columns = ReadColumns();
    }

    private List<string> ReadColumns()
    {
        var columns = new List<string>();
        do
        {
            _at++;
            int offset = Current.Offset;
            string name = TakeName();
            if (columns.Contains(name, StringComparer.Ordinal))
                throw new Redshift.BackendException("42701", $"column \"{name}\" specified more than once", position: offset + 1);
            columns.Add(name);
        }
        while (Current.IsSymbol(','));
        if (!Current.IsSymbol(')'))
            throw Unexpected();
        _at++;
        return columns;
    }

    private string TakeName()
    {
        if (Current.Kind is not (CopyTokenKind.Word or CopyTokenKind.QuotedName))
            throw Unexpected();
        return Fold(Take().Text);
    }

    /// <summary>ASCII letters fold to lower case even when quoted, and a name is cut at 127 bytes (redshift-facts.md 7.3).</summary>
    private static string Fold(string name)
    {
        string folded = string.Create(name.Length, name, static (span, text) =>
        {
            for (int i = 0; i < text.Length; i++)
                span[i] = text[i] is >= 'A' and <= 'Z' ? (char)(text[i] | 0x20) : text[i];
        });
        int bytes = 0;
        int length = 0;
        foreach (Rune rune in folded.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > 127)
                return folded[..length];
            length += rune.Utf16SequenceLength;
        }
        return folded;
    }

    private void ReadSource(CopyStatement statement)
    {
        if (Current.Is("STDIN") || Current.Is("PROGRAM"))
            throw CopyErrors.Refused("LOAD source is not supported. (Hint: only S3 or DynamoDB or EMR based load is allowed)");
        statement.Source = TakeString();
        if (!statement.Source.StartsWith("s3://", StringComparison.OrdinalIgnoreCase))
        {
            int scheme = statement.Source.IndexOf("://", StringComparison.Ordinal);
            throw scheme > 0 && statement.Source[..scheme].ToUpperInvariant() is "EMR" or "DYNAMODB" or "SSH"
                ? CopyErrors.Lacking("sources other than S3")
                : CopyErrors.Refused("LOAD source is not supported. (Hint: only S3 or DynamoDB or EMR based load is allowed)");
        }
    }
}
