using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using CsCheck;
using Npgsql;
using RedshiftEtl.Sandbox.Redshift.Wire;

namespace RedshiftEtl.Sandbox.Tests.Redshift;

/// <summary>The wire protocol (redshift-facts 8.1): what drivers rely on, and what a broken client can't break.</summary>
public sealed class ProtocolTests(Warehouse warehouse)
{
    [Fact]
    public async Task Values_travel_in_binary()
    {
        await using var session = await warehouse.SessionAsync();
        await session.RunAsync("CREATE TABLE t (a smallint, b bigint, c decimal(20, 3), d float8, e bool, f date, g timestamp, h timestamptz, i varchar(20), j time)");
        await using var insert = new NpgsqlCommand("INSERT INTO t VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)", session.Connection);
        object[] values =
        [
            (short)-1, long.MaxValue, -1234.567m, 0.1, true, new DateOnly(2020, 2, 29), new DateTime(2020, 2, 29, 1, 2, 3, 456),
            new DateTime(2020, 2, 29, 1, 2, 3, DateTimeKind.Utc), "çå😀", new TimeOnly(23, 59, 59),
        ];
        foreach (object value in values) insert.Parameters.Add(new() { Value = value });
        await insert.PrepareAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, await insert.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
        Assert.Equal(1, await insert.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
        await using var select = new NpgsqlCommand("SELECT * FROM t LIMIT 1", session.Connection);
        await using var reader = await select.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        Assert.True(await reader.ReadAsync(TestContext.Current.CancellationToken));
        Assert.Equal(-1234.567m, reader.GetDecimal(2));
        Assert.Equal("çå😀", reader.GetString(8));
        Assert.Equal(new TimeOnly(23, 59, 59), reader.GetFieldValue<TimeOnly>(9));
    }

    [Fact]
    public async Task A_batch_up_to_sync_is_one_transaction()
    {
        await using var session = await warehouse.SessionAsync();
        await session.RunAsync("CREATE TABLE t (n int)");
        await using var batch = new NpgsqlBatch(session.Connection)
        {
            BatchCommands = { new("INSERT INTO t VALUES (1)"), new("CREATE TABLE u (n int)"), new("SELECT 1 / 0") },
        };
        var error = await Assert.ThrowsAsync<PostgresException>(() => batch.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
        Assert.Equal("22012", error.SqlState);
        Assert.Equal(0L, await session.ValueAsync("SELECT count(*) FROM t"));
        await session.FailsAsync("SELECT * FROM u", "42P01");
    }

    [Fact]
    public async Task A_running_statement_is_cancelled()
    {
        await using var session = await warehouse.SessionAsync();
        await session.RunAsync("CREATE TABLE t (n int)");
        await session.RunAsync("BEGIN");
        await session.RunAsync("LOCK t");
        await using var other = await warehouse.OpenAsync();
        await using var waiting = new NpgsqlCommand($"SELECT * FROM {session.Schema}.t", other);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var task = waiting.ExecuteScalarAsync(cancel.Token);
        await warehouse.UntilWaitingAsync(other);
        await cancel.CancelAsync();
        var error = await Assert.ThrowsAsync<OperationCanceledException>(() => task);
        Assert.Equal("57014", ((PostgresException)error.InnerException!).SqlState);
        await using var again = new NpgsqlCommand("SELECT 1", other);
        Assert.Equal(1, await again.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_portal_gives_its_rows_in_portions()
    {
        await using var client = await RawClient.LogInAsync(warehouse);
        client.Writer.Begin('P').Text("").Text("SELECT n FROM (SELECT 1 AS n UNION ALL SELECT 2 UNION ALL SELECT 3) AS s").Int16(0).End();
        client.Writer.Begin('B').Text("p").Text("").Int16(0).Int16(0).Int16(0).End();
        client.Writer.Begin('E').Text("p").Int32(2).End();
        client.Writer.Begin('E').Text("p").Int32(2).End();
        client.Writer.Empty('S');
        Assert.Equal("12DDsDCZ", await client.AnswersAsync());
    }

    [Fact]
    public async Task An_empty_query_and_a_statement_of_the_sandbox_are_described()
    {
        await using var client = await RawClient.LogInAsync(warehouse);
        client.Writer.Begin('Q').Text(" -- nothing").End();
        Assert.Equal("IZ", await client.AnswersAsync());
        client.Writer.Begin('P').Text("").Text("").Int16(0).End();
        client.Writer.Begin('B').Text("").Text("").Int16(0).Int16(0).Int16(0).End();
        client.Writer.Begin('D').Byte((byte)'P').Text("").End();
        client.Writer.Begin('E').Text("").Int32(0).End().Empty('S');
        Assert.Equal("12nIZ", await client.AnswersAsync());
        client.Writer.Begin('P').Text("s").Text("CREATE TEMP TABLE raw_t (n int)").Int16(0).End();
        client.Writer.Begin('D').Byte((byte)'S').Text("s").End();
        client.Writer.Begin('B').Text("").Text("s").Int16(0).Int16(0).Int16(0).End();
        client.Writer.Begin('D').Byte((byte)'P').Text("").End();
        client.Writer.Begin('E').Text("").Int32(0).End();
        client.Writer.Begin('C').Byte((byte)'S').Text("s").End().Empty('S');
        Assert.Equal("1tn2nC3Z", await client.AnswersAsync());
        client.Writer.Begin('P').Text("").Text("SELECT broken FROM").Int16(0).End();
        client.Writer.Begin('E').Text("").Int32(0).End().Empty('S');
        Assert.Equal("EZ", await client.AnswersAsync());
        client.Writer.Begin('Q').Text("SELECT 1; CREATE TEMP TABLE raw_u (n int); SELECT 2").End();
        Assert.Equal("TDCCTDCZ", await client.AnswersAsync());
    }

    [Fact]
    public async Task Gss_encryption_is_declined_and_old_protocols_refused()
    {
        await using var gss = await RawClient.ConnectAsync(warehouse);
        gss.Writer.BeginUntyped().Int32(80877104).End();
        await gss.Writer.FlushAsync(TestContext.Current.CancellationToken);
        Assert.Equal('N', (char)await gss.Reader.ReadByteAsync(TestContext.Current.CancellationToken));
        await using var old = await RawClient.ConnectAsync(warehouse);
        old.Writer.BeginUntyped().Int32(2 << 16).Bytes(new byte[288]).End();
        Assert.Equal("E", await old.AnswersAsync());
    }

    [Fact]
    public async Task Nonsense_is_answered_with_an_error_and_the_endpoint_lives_on()
    {
        await Gen.Byte.Array[0, 40].SampleAsync(async bytes =>
        {
            await using var client = await RawClient.LogInAsync(warehouse);
            client.Writer.Bytes(bytes).Empty('X');
            client.EndInput();
            await client.AnswersAsync();
        }, iter: 150, threads: 1);
        await Gen.Byte.Array[0, 40].SampleAsync(async bytes =>
        {
            await using var client = await RawClient.ConnectAsync(warehouse);
            client.Writer.BeginUntyped().Int32(3 << 16).Bytes(bytes).End();
            client.EndInput();
            await client.AnswersAsync();
        }, iter: 150, threads: 1);
        await using var connection = await warehouse.OpenAsync();
    }

    [Theory]
    [InlineData('P')]
    [InlineData('B')]
    [InlineData('D')]
    [InlineData('E')]
    [InlineData('C')]
    [InlineData('Q')]
    [InlineData('!')]
    public async Task A_malformed_message_is_a_protocol_violation(char type)
    {
        await using var client = await RawClient.LogInAsync(warehouse);
        client.Writer.Begin(type).Byte((byte)'x').End();
        Assert.Equal("E", await client.AnswersAsync());
        Assert.Equal("08P01", client.LastError);
    }

    /// <summary>A client that speaks the protocol by hand.</summary>
    private sealed class RawClient : IAsyncDisposable
    {
        private readonly TcpClient _tcp;

        private RawClient(TcpClient tcp)
        {
            _tcp = tcp;
            Reader = new MessageReader(tcp.GetStream());
            Writer = new MessageWriter(tcp.GetStream());
        }

        public MessageReader Reader { get; }

        public MessageWriter Writer { get; }

        public string? LastError { get; private set; }

        public static async Task<RawClient> ConnectAsync(Warehouse warehouse)
        {
            var tcp = new TcpClient();
            await tcp.ConnectAsync("127.0.0.1", warehouse.Port, TestContext.Current.CancellationToken);
            return new RawClient(tcp);
        }

        public static async Task<RawClient> LogInAsync(Warehouse warehouse)
        {
            var client = await ConnectAsync(warehouse);
            client.Writer.BeginUntyped().Int32(3 << 16).Text("user").Text("etl").Text("database").Text("dev").Byte(0).End();
            await client.Writer.FlushAsync(TestContext.Current.CancellationToken);
            var challenge = (await client.Reader.ReadAsync(TestContext.Current.CancellationToken))!.Value;
            Assert.Equal(5, BinaryPrimitives.ReadInt32BigEndian(challenge.Body.Span));
            string answer = Md5Password.Answer(Md5Password.Stored("etl", Warehouse.Password), challenge.Body.Span[4..]);
            client.Writer.Begin('p').Text(answer).End();
            Assert.EndsWith("KZ", await client.AnswersAsync(), StringComparison.Ordinal);
            return client;
        }

        public void EndInput()
        {
            Writer.FlushAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult();
            _tcp.Client.Shutdown(SocketShutdown.Send);
        }

        /// <summary>The types of the messages up to ReadyForQuery or the end.</summary>
        public async Task<string> AnswersAsync()
        {
            var types = new StringBuilder();
            try
            {
                await Writer.FlushAsync(TestContext.Current.CancellationToken);
                while (await Reader.ReadAsync(TestContext.Current.CancellationToken) is { } message)
                {
                    types.Append(message.Type);
                    if (message.Type == 'E') LastError = ErrorFields.Parse(message.Body.Span).SqlState;
                    if (message.Type == 'Z') break;
                }
            }
            catch (IOException)
            {
                // The endpoint closed while there was more to read.
            }
            return types.ToString();
        }

        public ValueTask DisposeAsync()
        {
            _tcp.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
