using System.Text;
using CsCheck;
using RedshiftEtl.Sandbox.Copy;
using RedshiftEtl.Sandbox.Copy.Statement;
using RedshiftEtl.Sandbox.Redshift;

namespace RedshiftEtl.Sandbox.Tests.Copy;

/// <summary>Whatever comes in, COPY ends, and ends with a result or with Redshift's error.</summary>
public sealed class FuzzTests(PostgresServer server)
{
    private static readonly string[] s_words =
    [
        "copy", "t", "\"T\"", "(", ")", ",", "a", "from", "'s3://b/data'", "iam_role", "default", "csv", "format", "as", "delimiter", "'|'", "quote", "'%'", "null", "'\\N'",
        "gzip", "zstd", "manifest", "maxerror", "10", "ignoreheader", "escape", "removequotes", "credentials", "'aws_iam_role=x'", "region", "timeformat", "'auto'", "dateformat",
        "'", "\"", "\\", "/*", "*/", "--", "\n", ";", ".", "-", "é", "$1", "encoding", "utf16", "acceptinvchars", "compupdate", "off", "with", "''",
    ];

    private static readonly string[] s_pieces =
    [
        "\"", "\"\"", ",", "|", "\n", "\r\n", "\\", "'", " ", "\0", "x", "12", "-1.5", "2020-01-01", "2020-01-01 01:02:03", "t", "{\"\"a\"\":1}", "é", "ab", "1e5", "J5", "Jan-1-2020",
    ];

    [Fact]
    public void The_statement_parser_survives() =>
        Gen.OneOf(
            Gen.Int[0, s_words.Length - 1].Select(i => s_words[i]).Array[0, 30].Select(words => string.Join(' ', words)),
            Gen.Int[0, s_words.Length - 1].Select(i => s_words[i]).Array[0, 15].Select(words => $"copy t from 's3://b/data' iam_role default {string.Join(' ', words)}"),
            Gen.String)
        .Sample(
            sql =>
            {
                try
                {
                    Assert.NotNull(CopyParser.Parse(sql).Authorization);
                }
                catch (BackendException e)
                {
                    Assert.Contains(e.SqlState, (string[])["42601", "0A000", "42701"]);
                    Assert.InRange(e.Position, 0, sql.Length + 1);
                }
            },
            iter: 20_000);

    [Theory]
    [InlineData("csv")]
    [InlineData("csv fillrecord acceptinvchars acceptanydate truncatecolumns ignoreblanklines")]
    [InlineData("csv null as '\\000' blanksasnull trimblanks")]
    [InlineData("csv delimiter ' ' quote ''''")]
    [InlineData("")]
    [InlineData("escape removequotes acceptinvchars")]
    [InlineData("encoding utf16le")]
    [InlineData("csv timeformat 'auto' dateformat 'auto'")]
    public async Task The_data_parsers_survive(string options)
    {
        await using CopySession session = await CopySession.WithTableAsync(
            server, "a varchar(10), b int, c numeric(10,2), d date, e timestamp, f boolean, g jsonb, h char(3), i float8" + (options.Contains("removequotes", StringComparison.Ordinal) ? "" : ", j bytea"));
        Gen<byte[]> pieces = Gen.Int[0, s_pieces.Length - 1].Select(i => s_pieces[i])
            .Array[0, 60].Select(words => Encoding.UTF8.GetBytes(string.Concat(words)));
        Gen.OneOf(pieces, Gen.Byte.Array[0, 200]).Sample(
            data =>
            {
                try
                {
                    CopyResult result = session.LoadAsync(data, options + " ignoreallerrors").GetAwaiter().GetResult();
                    Assert.InRange(result.RowsLoaded + result.RowsFailed, 0, data.Length + 1);
                }
                catch (BackendException e)
                {
                    Assert.Equal("XX000", e.SqlState);
                }
            },
            iter: 150, threads: 1);
    }

    [Fact]
    public async Task Good_values_of_every_kind_between_bad_ones_are_loaded()
    {
        await using CopySession session = await CopySession.WithTableAsync(server, "a int");
        Gen.Select(Gen.Bool, Gen.Int).Array[1, 200].Sample(
            rows =>
            {
                session.SqlAsync("TRUNCATE t").GetAwaiter().GetResult();
                string data = string.Concat(rows.Select(row => row.Item1 ? $"{row.Item2}\n" : $"\"{row.Item2}\"x,\n"));
                CopyResult result = session.LoadAsync(data, "csv ignoreallerrors").GetAwaiter().GetResult();
                Assert.Equal((rows.Count(row => row.Item1), rows.Count(row => !row.Item1)), (result.RowsLoaded, result.RowsFailed));
                Assert.Equal(rows.Where(row => row.Item1).Select(row => $"{row.Item2}"), session.RowsAsync().GetAwaiter().GetResult());
            },
            iter: 50, threads: 1);
    }
}
