using System.Text;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Extract;
using RedshiftEtl.Engine.Extract.SqlServer;
using RedshiftEtl.Engine.Plan;
using RedshiftEtl.Engine.Stage;
using static RedshiftEtl.Engine.Tests.Extract.SqlServer.TdsTokens;

namespace RedshiftEtl.Engine.Tests.Extract.SqlServer;

/// <summary>SqlClient and the source on the wire: every type as SQL Server sends it, snapshots, parameters, errors, stopping.</summary>
public sealed class SqlServerExportTests : IDisposable
{
    private static readonly byte[] s_null = [0];
    private static readonly byte[] s_longNull = [0xFF, 0xFF];

    private readonly Exports _exports = new();

    public void Dispose() => _exports.Dispose();

    [Fact]
    public async Task Every_type_as_the_server_sends_it()
    {
        (TdsColumn Column, byte[] Value, byte[] Null, string Written, string Redshift)[] types =
        [
            (new("bit", [0x68, 1]), Value(1), s_null, "t", "BOOLEAN"),
            (new("tinyint", [0x26, 1]), Value(255), s_null, "255", "SMALLINT"),
            (new("smallint", [0x26, 2]), Value(Short(-32768)), s_null, "-32768", "SMALLINT"),
            (new("int", [0x26, 4]), Value(Int(int.MinValue)), s_null, "-2147483648", "INTEGER"),
            (new("bigint", [0x26, 8]), Value(Long(long.MaxValue)), s_null, "9223372036854775807", "BIGINT"),
            (new("decimal", [0x6A, 9, 10, 2]), Value([1, .. Long(12345)]), s_null, "123.45", "DECIMAL(10,2)"),
            (new("numeric38", [0x6C, 17, 38, 4]), Value([0, .. Long(0x098A223FFFFFFFFF), .. Long(0x4B3B4CA85A86C47A)]), s_null, "-9999999999999999999999999999999999.9999", "DECIMAL(38,4)"),
            (new("money", [0x6E, 8]), Value([.. Int(int.MinValue), .. Int(0)]), s_null, "-922337203685477.5808", "DECIMAL(20,4)"),
            (new("smallmoney", [0x6E, 4]), Value(Int(-12345)), s_null, "-1.2345", "DECIMAL(10,4)"),
            (new("real", [0x6D, 4]), Value(BitConverter.GetBytes(0.1f)), s_null, "0.1", "REAL"),
            (new("float", [0x6D, 8]), Value(BitConverter.GetBytes(0.1)), s_null, "0.1", "DOUBLE PRECISION"),
            (new("date", [0x28]), Value(Days(new DateTime(2026, 1, 31))), s_null, "2026-01-31", "DATE"),
            (new("smalldatetime", [0x6F, 4]), Value([.. Short(1), .. Short(61)]), s_null, "1900-01-02 01:01:00", "TIMESTAMP"),
            (new("datetime", [0x6F, 8]), Value([.. Int(-53690), .. Int(299)]), s_null, "1753-01-01 00:00:00.997", "TIMESTAMP"),
            (new("datetime2", [0x2A, 6]), Value([.. Ticks(86_399_999_999), .. Days(DateTime.MaxValue)]), s_null, "9999-12-31 23:59:59.999999", "TIMESTAMP"),
            (new("datetimeoffset", [0x2B, 7]), Value([.. Ticks(36_000_000_010), .. Days(new DateTime(2026, 1, 31)), .. Short(120)]), s_null, "2026-01-31 01:00:00.000001+00", "TIMESTAMPTZ"),
            (new("time", [0x29, 7]), Value(Ticks(863_999_999_990)), s_null, "23:59:59.999999", "TIME"),
            (new("char", [0xAF, .. Short(3), .. Collation]), LongValue([0xFC, 0x20, 0x20]), s_longNull, "ü  ", "VARCHAR(9)"),
            (new("varchar", [0xA7, .. Short(10), .. Collation]), LongValue([0x80, 0x2C]), s_longNull, "€,", "VARCHAR(30)"),
            (new("varcharmax", [0xA7, .. Short(0xFFFF), .. Collation]), Chunks([0x61], [0x62, 0x63]), NoChunks, "abc", "VARCHAR(65535)"),
            (new("nvarchar", [0xE7, .. Short(20), .. Collation]), LongValue(Encoding.Unicode.GetBytes("😀\"")), s_longNull, "😀\"", "VARCHAR(30)"),
            (new("nvarcharmax", [0xE7, .. Short(0xFFFF), .. Collation]), Chunks(Encoding.Unicode.GetBytes("ü")), NoChunks, "ü", "VARCHAR(65535)"),
            (new("text", [0x23, .. Int(int.MaxValue), .. Collation, 0]), Pointed([0x78]), s_null, "x", "VARCHAR(65535)"),
            (new("ntext", [0x63, .. Int(int.MaxValue), .. Collation, 0]), Pointed(Encoding.Unicode.GetBytes("€")), s_null, "€", "VARCHAR(65535)"),
            (new("xml", [0xF1, 0]), Chunks([0xFF, 0xFE, .. Encoding.Unicode.GetBytes("<a>ü</a>")]), NoChunks, "<a>ü</a>", "VARCHAR(65535)"),
            (new("uniqueidentifier", [0x24, 16]), Value(Guid.Parse("6F9619FF-8B86-D011-B42D-00C04FC964FF").ToByteArray()), s_null, "6f9619ff-8b86-d011-b42d-00c04fc964ff", "CHAR(36)"),
            (new("binary", [0xAD, .. Short(2)]), LongValue([0, 255]), s_longNull, "00ff", "VARBYTE(2)"),
            (new("varbinarymax", [0xA5, .. Short(0xFFFF)]), Chunks([1, 2], [3]), NoChunks, "010203", "VARBYTE(16777216)"),
            (new("image", [0x22, .. Int(int.MaxValue), 0]), Pointed([9]), s_null, "09", "VARBYTE(16777216)"),
            (new("timestamp", [0xAD, .. Short(8)], 80), LongValue([0, 0, 0, 0, 0, 0, 7, 0xD1]), s_longNull, "00000000000007d1", "VARBYTE(8)"),
            (new("variant", [0x62, .. Int(8009)]), [.. Int(6), 0x38, 0, .. Int(42)], Int(0), "42", "VARCHAR(65535)"),
        ];
        using var server = new TdsServer(_ => new TdsTokens().Columns([.. types.Select(type => type.Column)]).Row([.. types.Select(type => type.Value)]).Row([.. types.Select(type => type.Null)]).Done());
        EtlExport export = await _exports.RunAsync(server.Connection, "SELECT * FROM t", Compression.Zstd);
        List<string?[]> rows = Exports.Read(export);
        Assert.Equal(types.Select(type => type.Written), rows[0]);
        Assert.All(rows[1], Assert.Null);
        Assert.Equal(types.Select(type => type.Redshift), export.Columns.Select(column => column.RedshiftType));
    }

    [Theory]
    [InlineData("datetime2", "the time has a seventh decimal", "2026-01-31 00:00:00.0000001")]
    [InlineData("nvarchar", "a NUL character", "a␀")]
    [InlineData("varbinary", "binary data without a byte", "")]
    public async Task What_Redshift_cannot_hold_is_refused(string name, string what, string shown)
    {
        (byte[] type, byte[] value) = name switch
        {
            "datetime2" => ((byte[])[0x2A, 7], Value([.. Ticks(1), .. Days(new DateTime(2026, 1, 31))])),
            "nvarchar" => ([0xE7, .. Short(20), .. Collation], LongValue([0x61, 0, 0, 0])),
            _ => ([0xA5, .. Short(20)], LongValue([])),
        };
        using var server = new TdsServer(_ => new TdsTokens().Columns(new TdsColumn("c", type)).Row(value).Done());
        EtlException error = await FailAsync(server, "SELECT c FROM t");
        Assert.Same(Fault.ValueInvalid, error.Fault);
        Assert.Contains("Column 'c', row 1: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(what, error.Message, StringComparison.Ordinal);
        Assert.EndsWith($"(value '{shown}').", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_query_runs_in_a_snapshot_that_is_rolled_back()
    {
        using var server = new TdsServer(_ => One());
        await _exports.RunAsync(server.Connection, "SELECT 7 AS i");
        // Isolation level 5 is snapshot.
        Assert.Equal(["login", "begin 5", "SELECT 7 AS i", "rollback"], server.Requests);
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 0)]
    public async Task It_is_said_when_there_is_no_snapshot(bool hasStatementSnapshots, int remarks)
    {
        using var server = new TdsServer(_ => One()) { AllowsSnapshot = false, HasStatementSnapshots = hasStatementSnapshots };
        await using (ISourceReader reader = await new SqlServerSource(server.Connection).OpenAsync(Exports.Query(server.Connection, "SELECT 7 AS i"), CsvDialect.Default, CancellationToken.None))
        {
            Assert.Equal(remarks, reader.Remarks.Count(remark => remark.Contains("'sales' allows no snapshot isolation", StringComparison.Ordinal)));
        }

        Assert.Equal(["login", "SELECT 7 AS i"], server.Requests);
    }

    [Fact]
    public async Task Parameters_are_bound_by_name_and_type()
    {
        using var server = new TdsServer(_ => One());
        await _exports.RunAsync(server.Connection, "SELECT [a]]@x] AS i FROM t WHERE d >= @d AND t > @t AND s = '@s' AND n IN (@n, @n) -- @none",
            Compression.None, EtlParameter.Create("d", new DateOnly(2026, 1, 2)), EtlParameter.Create("t", new DateTime(2026, 1, 2)), EtlParameter.Create("n", 7));
        string request = server.Requests[2];
        Assert.Contains("SELECT [a]]@x] AS i FROM t WHERE d >= @d AND t > @t AND s = '@s' AND n IN (@n, @n) -- @none", request, StringComparison.Ordinal);
        Assert.Contains("@d date,@t datetime2(7),@n bigint", request, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Errors_in_SQL_have_their_line()
    {
        using var server = new TdsServer(_ => new TdsTokens().Error(207, 16, "Invalid column name 'x'.", 2).Done(2));
        EtlException error = await FailAsync(server, "\n\nSELECT\n x FROM t");
        Assert.Same(Fault.SqlInvalid, error.Fault);
        Assert.StartsWith("query.sql, line 4: SqlServer 'crm'", error.Message, StringComparison.Ordinal);
        Assert.Contains("Invalid column name 'x'. (207, severity 16)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_error_amid_the_rows_fails_the_extract()
    {
        using var server = new TdsServer(_ => One(isDone: false).Error(1205, 13, "Transaction was deadlocked.", 1).Done(2));
        Assert.Same(Fault.TransactionConflict, (await FailAsync(server, "SELECT 7 AS i")).Fault);
    }

    [Fact]
    public async Task The_server_stops_when_the_user_does()
    {
        using var server = new TdsServer(_ => new TdsTokens().Columns(new TdsColumn("i", [0x26, 4])));
        using var stop = new CancellationTokenSource();
        ISourceReader reader = await new SqlServerSource(server.Connection).OpenAsync(Exports.Query(server.Connection, "SELECT i FROM endless"), CsvDialect.Default, stop.Token);
        reader.Read(stop.Token)!.Dispose();
        await stop.CancelAsync();
        Assert.ThrowsAny<OperationCanceledException>(() => reader.Read(stop.Token));
        await reader.DisposeAsync();
        await server.Attention.WaitAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_type_of_the_CLR_is_refused_before_a_row_is_read()
    {
        byte[] type = [0xF0, .. Short(0xFFFF), .. Name("sales"), .. Name("sys"), .. Name("geography"), .. LongValue([])];
        using var server = new TdsServer(_ => new TdsTokens().Columns(new TdsColumn("place", type)).Done());
        EtlException error = await FailAsync(server, "SELECT place FROM t");
        Assert.Same(Fault.ValueInvalid, error.Fault);
        Assert.Contains("[place].STAsText() AS [place]", error.Advice, StringComparison.Ordinal);

        static byte[] Name(string name) => [(byte)name.Length, .. Encoding.Unicode.GetBytes(name)];
    }

    private static TdsTokens One(bool isDone = true)
    {
        TdsTokens one = new TdsTokens().Columns(new TdsColumn("i", [0x26, 4])).Row(Value(Int(7)));
        return isDone ? one.Done() : one;
    }

    private static byte[] Days(DateTime date) => Int((int)(date.Date - DateTime.MinValue).TotalDays)[..3];

    private static byte[] Ticks(long units) => Long(units)[..5];

    private Task<EtlException> FailAsync(TdsServer server, string sql) => Assert.ThrowsAsync<EtlException>(() => _exports.RunAsync(server.Connection, sql));
}
