using System.IO.Compression;
using System.Text;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Extract;
using RedshiftEtl.Engine.Plan;
using RedshiftEtl.Engine.Stage;
using ZstdSharp;

namespace RedshiftEtl.Engine.Tests.Extract;

public sealed class FileExportTests : IDisposable
{
    private readonly Exports _exports = new();
    private readonly string _folder;

    public FileExportTests() => _folder = Directory.CreateDirectory(Path.Combine(_exports.Folder, "in")).FullName;

    public void Dispose() => _exports.Dispose();

    [Fact]
    public async Task A_wildcard_reads_all_its_files_in_order_plain_or_compressed()
    {
        Write("o-2.csv", "id,name\n2,\"b,\"\"x\"\"\"\r\n\r\n");
        File.WriteAllBytes(Path.Combine(_folder, "o-1.csv"), Compress("id,name\n1,ä\n", stream => new GZipStream(stream, CompressionMode.Compress)));
        File.WriteAllBytes(Path.Combine(_folder, "o-3.csv"), Compress("id,name\n3,\n", stream => new CompressionStream(stream)));
        Write("other.csv", "nothing");
        EtlExport export = await RunAsync("o-*.csv", "Column", new object[] { "id bigint" });
        Assert.Equal([["1", "ä"], ["2", "b,\"x\""], ["3", ""]], Exports.Read(export).ToArray<object?[]>());
        Assert.Equal("id BIGINT|name VARCHAR(65535)", string.Join('|', export.Columns));
    }

    [Fact]
    public async Task Types_are_read_in_the_culture_of_the_files()
    {
        Write("a.txt", "1.234;-12.345.678.901.234.567.890.123,45;1,5e3;ja;31.01.2026;31.01.2026 23:59;NULL\n;;;;;;\n");
        EtlExport export = await RunAsync(
            "a.txt", "Delimiter", ";", "Header", false, "Culture", "de-DE", "Null", new object[] { "NULL" },
            "Column", new object[] { "i integer", "d decimal(38,2)", "f double precision", "t", "day date", "at timestamp", "n varchar(10)" });
        Assert.Equal(
            [["1234", "-12345678901234567890123.45", "1500", "ja", "2026-01-31", "2026-01-31 23:59:00", null], [null, null, null, "", null, null, ""]],
            Exports.Read(export).ToArray<object?[]>());
    }

    [Theory]
    [InlineData("boolean", "Yes", "t")]
    [InlineData("time", "23:59:59.5", "23:59:59.5")]
    [InlineData("timestamptz", "2026-01-02T03:04:05+02:00", "2026-01-02 01:04:05+00")]
    [InlineData("timestamptz", "2026-01-02 03:04:05", "2026-01-02 03:04:05+00")]
    [InlineData("timestamp", "2026-01-02T03:04:05.123456", "2026-01-02 03:04:05.123456")]
    [InlineData("decimal(4,2)", "+1.20", "1.20")]
    [InlineData("integer", "1,5", null)]
    [InlineData("integer", "1.5", null)]
    [InlineData("integer", "99999999999999999999", null)]
    [InlineData("decimal(4,2)", "1.2.3", null)]
    [InlineData("decimal(4,2)", "123.0", null)]
    [InlineData("decimal(4,2)", "1.234", null)]
    [InlineData("boolean", "2", null)]
    [InlineData("date", "01/02/2026", null)]
    [InlineData("date", "2026-02-30", null)]
    [InlineData("timestamp", "2026-01-02T03:04:05Z", null)]
    [InlineData("timestamp", "2026-01-02 03:04:05.1234567", null)]
    [InlineData("double precision", "NaN", null)]
    public async Task A_field_is_its_type_or_an_error(string type, string text, string? expected)
    {
        Write("a.csv", $"a\n\"{text}\"\n");
        if (expected is not null)
        {
            Assert.Equal(expected, Exports.Read(await RunAsync("a.csv", "Column", new object[] { $"a {type}" }))[0][0]);
            return;
        }

        var error = await Assert.ThrowsAsync<EtlException>(() => RunAsync("a.csv", "Column", new object[] { $"a {type}" }));
        Assert.Same(Fault.ValueInvalid, error.Fault);
        Assert.Contains("olumn 'a'", error.Message, StringComparison.Ordinal);
        Assert.Contains(text, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("id,name\n1,a\n2\n", "a.csv, line 3")]
    [InlineData("id,name\n1,a\n2,b,c\n", "a.csv, line 3")]
    [InlineData("id,name\n1,a\"b\n", "a.csv, line 2")]
    [InlineData("", "a.csv, line")]
    public async Task A_ragged_row_is_an_error_with_file_and_line(string text, string expected)
    {
        Write("a.csv", text);
        var error = await Assert.ThrowsAsync<EtlException>(() => RunAsync("a.csv"));
        Assert.Same(Fault.ValueInvalid, error.Fault);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_of_another_header_are_refused()
    {
        Write("a1.csv", "id,name\n1,a\n");
        Write("a2.csv", "name,id\na,1\n");
        var error = await Assert.ThrowsAsync<EtlException>(() => RunAsync("a*.csv"));
        Assert.Contains("a2.csv, line 1: the header", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_encoding_is_the_connections_unless_a_byte_order_mark_says_otherwise_and_broken_text_follows_its_rule()
    {
        File.WriteAllBytes(Path.Combine(_folder, "latin.csv"), [(byte)'a', (byte)'\n', 0xE4, 0x80, (byte)'\n']);
        Assert.Equal("ä€", Exports.Read(await RunAsync("latin.csv", "Encoding", "windows-1252"))[0][0]);
        File.WriteAllBytes(Path.Combine(_folder, "wide.csv"), [.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes("a\nö\n")]);
        Assert.Equal("ö", Exports.Read(await RunAsync("wide.csv"))[0][0]);
        var error = await Assert.ThrowsAsync<EtlException>(() => RunAsync("latin.csv"));
        Assert.Contains("Column 'a', row 1: the text is not valid utf-8", error.Message, StringComparison.Ordinal);
        var rules = new ValueRules { All = new Dictionary<ValueKind, ValueAction> { [ValueKind.Encoding] = ValueAction.Replace } };
        EtlExport export = await RunAsync(new SourceTable("latin.csv", [], null), rules);
        Assert.Equal("\uFFFD", Exports.Read(export)[0][0]);
    }

    [Fact]
    public async Task A_file_that_changes_while_it_is_read_is_an_error()
    {
        Write("a.csv", "id\n1\n");
        FileConnection source = Connection();
        await using ISourceReader reader = await Sources.Of(source).OpenAsync(
            Query(source, new SourceTable("a.csv", [], null), ValueRules.None), CsvDialect.Default, TestContext.Current.CancellationToken);
        File.SetLastWriteTimeUtc(Path.Combine(_folder, "a.csv"), new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        var error = Assert.Throws<EtlException>(() => reader.Read(TestContext.Current.CancellationToken));
        Assert.Same(Fault.TransactionConflict, error.Fault);
    }

    [Fact]
    public async Task Columns_are_selected_by_name_and_a_condition_is_refused()
    {
        Write("a.csv", "id,name,x\n1,a,z\n");
        EtlExport export = await RunAsync(new SourceTable("a.csv", ["X", "id"], null), ValueRules.None);
        Assert.Equal(["z", "1"], Exports.Read(export)[0].ToArray<object?>());
        var error = await Assert.ThrowsAsync<EtlException>(() => RunAsync(new SourceTable("a.csv", ["nam"], null), ValueRules.None));
        Assert.Contains("'name'", error.Message, StringComparison.Ordinal);
        Assert.Same(Fault.ArgumentInvalid, Assert.Throws<EtlException>(() => new SourceTable("a.csv", [], "id = 1").ToSql(Connection())).Fault);
    }

    [Fact]
    public async Task Missing_files_and_bzip2_are_said()
    {
        Assert.Same(Fault.DatabaseNotFound, (await Assert.ThrowsAsync<EtlException>(() => RunAsync("no*.csv"))).Fault);
        File.WriteAllBytes(Path.Combine(_folder, "a.bz2"), "BZh91AY"u8.ToArray());
        Assert.Contains("bzip2", (await Assert.ThrowsAsync<EtlException>(() => RunAsync("a.bz2"))).Message, StringComparison.Ordinal);
        File.WriteAllBytes(Path.Combine(_folder, "cut.gz"), Compress(new string('x', 100_000), stream => new GZipStream(stream, CompressionMode.Compress))[..60]);
        Assert.Contains("cut.gz", (await Assert.ThrowsAsync<EtlException>(() => RunAsync("cut.gz"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Mistakes_of_the_connection_are_all_said()
    {
        var mistakes = new List<DefinitionMistake>();
        Assert.Null(Read(mistakes, "Encoding", "utf-99", "Culture", "de_XXQ9", "Quote", "ab", "Header", false, "Delimeter", ";"));
        Assert.Equal(5, mistakes.Count);
        mistakes.Clear();
        Assert.Null(Read(mistakes, "Column", new object[] { "a nosuch", "b decimal(40,2)" }));
        Assert.Equal(2, mistakes.Count);
    }

    private static byte[] Compress(string text, Func<Stream, Stream> compress)
    {
        using var bytes = new MemoryStream();
        using (Stream stream = compress(bytes))
        {
            stream.Write(Encoding.UTF8.GetBytes(text));
        }

        return bytes.ToArray();
    }

    private static SourceQuery Query(FileConnection source, SourceTable table, ValueRules rules) => new(table.ToSql(source), []) { Table = table, Rules = rules };

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder, name), text);

    private EtlConnection? Read(List<DefinitionMistake> mistakes, params object[] keys)
    {
        var entries = new List<DefinitionEntry> { new("Type", "File", 1), new("Path", "in", 2) };
        entries.AddRange(keys.Chunk(2).Select(pair => new DefinitionEntry((string)pair[0], pair[1], 3)));
        return ConnectionReader.Read("files", new Definition(null, 0, entries), _exports.Folder, _ => "", mistakes);
    }

    private FileConnection Connection(params object[] keys)
    {
        var mistakes = new List<DefinitionMistake>();
        EtlConnection? connection = Read(mistakes, keys);
        Assert.Empty(mistakes);
        return Assert.IsType<FileConnection>(connection);
    }

    private Task<EtlExport> RunAsync(string table, params object[] keys) => RunAsync(new SourceTable(table, [], null), ValueRules.None, keys);

    private async Task<EtlExport> RunAsync(SourceTable table, ValueRules rules, params object[] keys)
    {
        FileConnection source = Connection(keys);
        var options = new ExportOptions { RunId = RunId.New(), Compression = Compression.None };
        return await Exporter.ExportAsync(
            source, Query(source, table, rules), options, new PartFolder(Path.Combine(_exports.Folder, options.RunId)), new Nobody(), TestContext.Current.CancellationToken);
    }

    private sealed class Nobody : IProgress<EtlEvent>
    {
        public void Report(EtlEvent value)
        {
        }
    }
}
