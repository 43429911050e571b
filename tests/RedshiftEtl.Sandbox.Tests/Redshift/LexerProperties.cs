using CsCheck;
using RedshiftEtl.Sandbox.Redshift;
using RedshiftEtl.Sandbox.Redshift.Sql;

namespace RedshiftEtl.Sandbox.Tests.Redshift;

/// <summary>Whatever text comes, the lexer cuts it without losing a character, or refuses it with a syntax error.</summary>
public sealed class LexerProperties
{
    private static readonly Gen<string> s_sql = Gen.OneOf(
        OneOf("'", "\"", "\\", "$$", "$a$", "/*", "*/", "--", "\n", ";", "(", ")", "::", ":=", "1.5e-3", "1..2", ".5", "#t", "e'x\\'y'", "sélect", "😀", "$1", " ", "a", "<=", "*-", "||", "[", "x'ff'"),
        Gen.String[0, 3]).Array[0, 25].Select(parts => string.Concat(parts));

    [Fact]
    public void Tokens_lie_in_order_within_the_text() => s_sql.Sample(sql =>
    {
        try
        {
            var tokens = Lexer.Tokenize(sql);
            int at = 0;
            foreach (var token in tokens)
            {
                Assert.True(token.Start >= at && token.End <= sql.Length);
                Assert.True(token.Length > 0 || token.Kind == TokenKind.End);
                at = token.End;
            }
            Assert.Equal(TokenKind.End, tokens[^1].Kind);
        }
        catch (BackendException error)
        {
            Assert.Equal("42601", error.SqlState);
            Assert.InRange(error.Position, 1, sql.Length + 1);
        }
    }, iter: 20_000);

    [Fact]
    public void A_quoted_value_comes_back() => Gen.String.Sample(value =>
    {
        var tokens = Lexer.Tokenize(Literal.Quote(value));
        Assert.Equal(2, tokens.Count);
        Assert.Equal(value, Literal.Value(tokens[0]));
    });

    [Fact]
    public void A_semicolon_in_a_string_does_not_split() => Gen.String.Sample(value =>
        Assert.Equal(2, StatementSplitter.Split($"SELECT {Literal.Quote(value)}; /* ; */ SELECT \"a;b\" ;").Count));

    [Fact]
    public void Rewriting_plain_sql_changes_nothing_and_positions_come_back() => OneOf("select", "a", ",", "1", "'x'", "+", "from", "t", "where", "-- c\n", "\n", "é", "😀").Array[1, 20].Sample(parts =>
    {
        string sql = "select " + string.Join(' ', parts);
        var statement = Assert.Single(StatementSplitter.Split(sql));
        var text = Rewriter.Rewrite(statement, keepCase: false);
        Assert.Equal(statement.Text, text.ToString());
        foreach (var token in statement.Tokens.SkipLast(1))
        {
            int position = Lexer.CharacterPosition(sql, token.Start);
            Assert.Equal(position, text.SourcePosition(position, sql));
        }
    });

    private static Gen<string> OneOf(params string[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);
}
