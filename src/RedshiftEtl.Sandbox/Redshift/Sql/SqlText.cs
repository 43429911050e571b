using System.Text;

namespace RedshiftEtl.Sandbox.Redshift.Sql;

/// <summary>SQL for the private PostgreSQL, built from pieces of the client's SQL and pieces of our own, that remembers
/// where each piece came from so that error positions can be led back.</summary>
internal sealed class SqlText
{
    private readonly StringBuilder _text = new();
    private readonly List<(int Out, int Source, bool Copied)> _pieces = [];

    /// <summary>Characters so far.</summary>
    public int Length => _text.Length;

    /// <summary>Appends a part of the client's text.</summary>
    public SqlText Copy(string source, int start, int end)
    {
        if (end <= start) return this;
        _pieces.Add((_text.Length, start, true));
        _text.Append(source, start, end - start);
        return this;
    }

    /// <summary>Appends text of our own that stands for the client's text at <paramref name="source"/>.</summary>
    public SqlText Add(string text, int source)
    {
        if (text.Length == 0) return this;
        _pieces.Add((_text.Length, source, false));
        _text.Append(text);
        return this;
    }

    /// <summary>Appends another text, pieces and all.</summary>
    public SqlText Add(SqlText other)
    {
        foreach (var piece in other._pieces) _pieces.Add((piece.Out + _text.Length, piece.Source, piece.Copied));
        _text.Append(other._text);
        return this;
    }

    /// <summary>Leads a 1-based character position in this text back to one in the client's text.</summary>
    public int SourcePosition(int position, string source)
    {
        string text = _text.ToString();
        int at = 0;
        for (int characters = 1; at < text.Length && characters < position; at++)
            if (at + 1 >= text.Length || !char.IsLowSurrogate(text[at + 1])) characters++;
        var piece = _pieces.FindLast(candidate => candidate.Out <= at);
        return Lexer.CharacterPosition(source, piece.Copied ? piece.Source + (at - piece.Out) : piece.Source);
    }

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();
}
