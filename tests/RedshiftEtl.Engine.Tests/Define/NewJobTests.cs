using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Define.Write;
using RedshiftEtl.Engine.Extract;
using RedshiftEtl.Engine.Load;
using RedshiftEtl.Engine.Plan;
using RedshiftEtl.Engine.Record;
using RedshiftEtl.Engine.Tests.Extract;
using RedshiftEtl.Engine.Tests.Extract.MySql;
using RedshiftEtl.Engine.Tests.Stage;

namespace RedshiftEtl.Engine.Tests.Define;

/// <summary>What New-EtlJob writes for real servers, run unedited into the sandbox, initially and again.</summary>
public sealed class NewJobTests(PostgresServer postgres, MariaDbServer mariaDb, SandboxServer sandbox) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("etlnewjob").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task From_PostgreSQL()
    {
        await postgres.ExecuteAsync(""""
            CREATE SCHEMA "My Shop";
            CREATE TABLE "My Shop"."Order ""Lines""" (
              "Order" bigint, "select" int, "a b" varchar(50) NOT NULL, free text, price numeric(12,3), open numeric, flag boolean, d date, t time, ts timestamp NOT NULL, tz timestamptz,
              j jsonb, u uuid, b bytea, r real, f double precision, a int[], "Größe" char(3), PRIMARY KEY ("select", "Order"));
            INSERT INTO "My Shop"."Order ""Lines""" SELECT i, i % 3, 'ü' || i, repeat('ß', i), i / 8.0, i, i % 2 = 0, date '2026-01-01' + i, time '10:00', timestamp '2026-01-01' + i * interval '1 hour',
              timestamptz '2026-01-01 00:00+00', '{"a": 1}', gen_random_uuid(), '\x00ff', 0.5, 0.25, ARRAY[1, 2], 'abc' FROM generate_series(1, 40) AS i;
            CREATE VIEW "My Shop".seen AS SELECT "Order" AS id, free FROM "My Shop"."Order ""Lines""";
            CREATE TABLE "My Shop"."empty" (x text, y int PRIMARY KEY);
            """");
        IReadOnlyList<EtlJobFolder> jobs = await RunAsync(await postgres.Connection, "My Shop.*", "ts", 40, "Order _Lines_");
        Assert.Equal(["empty", "Order _Lines_", "seen"], jobs.Select(job => job.Name).Order(StringComparer.OrdinalIgnoreCase));
        string create = jobs.Single(job => job.Name == "Order _Lines_").Files["create.sql"];
        Assert.Contains("\"free\" VARCHAR(256),  -- the longest of 40 rows has 80 bytes", create, StringComparison.Ordinal);
        Assert.Contains("\"a b\" VARCHAR(200) NOT NULL,", create, StringComparison.Ordinal);
        Assert.Contains("PRIMARY KEY (\"select\", \"order\")", create, StringComparison.Ordinal);
        Assert.DoesNotContain("DISTKEY", create, StringComparison.Ordinal);
    }

    [Fact]
    public async Task From_MariaDB()
    {
        await mariaDb.ExecuteAsync("""
            CREATE TABLE `new Line``s` (`Order` bigint unsigned NOT NULL PRIMARY KEY, `select` int, note mediumtext, price decimal(12,3), flag tinyint(1), d date, ts datetime(6) NOT NULL,
              j json, b varbinary(20), e enum('x','y'), f double, y year) CHARACTER SET utf8mb4 ENGINE = InnoDB;
            INSERT INTO `new Line``s` SELECT seq, seq % 3, repeat('ß', seq), seq / 8, seq % 2, date '2026-01-01' + INTERVAL seq DAY, timestamp '2026-01-01 00:00:00' + INTERVAL seq HOUR, '{"a": 1}', unhex('00ff'), 'x', 0.25, 2026 FROM seq_1_to_40;
            """);
        IReadOnlyList<EtlJobFolder> jobs = await RunAsync(await mariaDb.Connection, "new Line*", "ts", 40, "new Line_s");
        string create = Assert.Single(jobs).Files["create.sql"];
        Assert.Contains("\"order\" DECIMAL(20,0) NOT NULL", create, StringComparison.Ordinal);
        Assert.Contains("DISTKEY (\"order\")", create, StringComparison.Ordinal);
    }

    /// <summary>Drafts all tables that fit, and runs the one with the watermark as a merge: initially, and an ongoing load that finds nothing new.</summary>
    private async Task<IReadOnlyList<EtlJobFolder>> RunAsync(SourceConnection source, string pattern, string watermark, int rows, string name)
    {
        CancellationToken cancel = TestContext.Current.CancellationToken;
        string schema = $"nj{RunId.New()}";
        var request = new JobDraftRequest { Source = source, SourceTable = pattern, Schema = schema };
        IReadOnlyList<EtlJobFolder> all = await JobFolders.DraftAsync(request, _folder, NoProgress.Instance, cancel);
        foreach (EtlJobFolder job in all)
        {
            await RunAsync(source, job, null, []);
        }

        (string? own, string table) = SourceCatalog.Split(all.Single(job => job.Name == name).SourceTable!);
        string quoted = all.Single(job => job.Name == name).SourceTable!;
        EtlJobFolder merged = Assert.Single(await JobFolders.DraftAsync(request with { SourceTable = quoted, Watermark = watermark, Table = TableName.Parse($"{schema}.merged") }, _folder, NoProgress.Instance, cancel));
        Assert.Equal(LoadMode.Merge, merged.Mode);
        string[] key = (await SourceCatalog.DescribeAsync(source, own, table, cancel)).Where(fact => fact.KeyPosition > 0).OrderBy(fact => fact.KeyPosition).Select(fact => fact.Name).ToArray();
        Assert.Equal(rows, (await RunAsync(source, merged, watermark, key)).RowsInserted);
        EtlRun again = await RunAsync(source, merged, watermark, key);
        Assert.Equal(RunKind.Ongoing, again.Load);
        Assert.Equal(0, again.RowsRead);
        return all;
    }

    private async Task<EtlRun> RunAsync(SourceConnection source, EtlJobFolder folder, string? watermark, IReadOnlyList<string> key)
    {
        if (!Directory.Exists(folder.Folder) || watermark is not null)
        {
            JobFolders.Write(folder, overwrites: true);
        }

        foreach (string text in folder.Files.Values)
        {
            Assert.DoesNotContain('\r', text);
        }

        string File(string name) => Path.Combine(folder.Folder, name);
        var job = new EtlJob
        {
            Name = folder.Name,
            Mode = folder.Mode,
            Merge = folder.Mode == LoadMode.Merge ? new MergeDefinition(key) : null,
            Watermark = watermark is null ? null : new WatermarkDefinition(watermark),
            Source = source,
            Stage = await sandbox.StageAsync(),
            Warehouse = await sandbox.WarehouseAsync(),
            Table = TableName.Of(folder.Table[..folder.Table.IndexOf('.', StringComparison.Ordinal)], folder.Table[(folder.Table.IndexOf('.', StringComparison.Ordinal) + 1)..]),
            Parameters = [],
            Sql = new JobSql(File("create.sql"), File("initial.sql"), File("ongoing.sql"), folder.Files.ContainsKey("delete.sql") ? File("delete.sql") : null),
        };
        (EtlRun run, EtlException? error) = await JobRunner.RunAsync(job, new RunOptions(), NoProgress.Instance, TestContext.Current.CancellationToken);
        Assert.True(error is null, $"{folder.Name}: {error?.Message} {error?.Advice}");
        return run;
    }
}
