using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Extract;
using RedshiftEtl.Engine.Load;
using RedshiftEtl.Engine.Plan;
using RedshiftEtl.Engine.Record;
using RedshiftEtl.Engine.Tests.Extract;
using RedshiftEtl.Engine.Tests.Stage;

namespace RedshiftEtl.Engine.Tests;

/// <summary>Whole jobs from PostgreSQL, whose columns are declared: partitions, and types that have grown.</summary>
public sealed class JobTests(PostgresServer postgres, SandboxServer sandbox) : IDisposable
{
    private readonly Exports _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task A_job_in_partitions_loads_each_row_once()
    {
        EtlJob job = (await JobAsync("id INT, v VARCHAR(20)", "SELECT i AS id, 'v' || i AS v FROM generate_series(1, 5000) AS i")) with { Partition = new SourcePartition("id", 5) };
        Assert.Equal(5000, (await RunAsync(job)).RowsLoaded);
        Assert.Equal(["5000|5000|12502500"], await RowsAsync(job, "COUNT(*) AS n, COUNT(DISTINCT v) AS d, SUM(id) AS s"));
    }

    [Fact]
    public async Task AddAndWiden_follows_a_column_that_became_longer_and_one_that_is_new()
    {
        EtlJob job = await JobAsync("id INT, v VARCHAR(8)", "SELECT 1 AS id, 'short'::varchar(8) AS v");
        await RunAsync(job);
        job = await WithQueryAsync(job, "SELECT 2 AS id, repeat('ü', 20)::varchar(20) AS v, 1.5::numeric(5,2) AS n");
        (EtlRun _, EtlException? error) = await TryAsync(job);
        Assert.Same(Fault.ColumnMismatch, error!.Fault);
        Assert.Contains("v is character varying(8), VARCHAR(80) comes", error.Message, StringComparison.Ordinal);

        // The check of a job that follows sees columns as long as the load will make them; that of one that does not, sees what fails.
        Assert.Contains(await CheckAsync(job), check => check is { Check: "Table", Fault: "ColumnMismatch" });
        Assert.DoesNotContain(await CheckAsync(job with { SchemaDrift = SchemaDrift.AddAndWiden }), check => check.Status == CheckStatus.Failed);
        await RunAsync(job with { SchemaDrift = SchemaDrift.AddAndWiden });
        Assert.Equal(["1|5|", "2|40|1.50"], await RowsAsync(job, "id, OCTET_LENGTH(v) AS v, n"));

        // Redshift changes no other type: that fails, with what would, and changes nothing.
        job = await WithQueryAsync(job, "SELECT 3::bigint AS id, 'x'::varchar(100) AS v, 1.5::numeric(5,2) AS n");
        (_, error) = await TryAsync(job with { SchemaDrift = SchemaDrift.AddAndWiden });
        Assert.Contains("\"id_wider\" BIGINT", error!.Advice, StringComparison.Ordinal);
        Assert.Equal(2, (await RowsAsync(job, "id")).Count);
    }

    private static async Task<List<EtlJobCheck>> CheckAsync(EtlJob job)
    {
        var checks = new List<EtlJobCheck>();
        await foreach (EtlJobCheck check in JobTest.RunAsync(job, 5, NoProgress.Instance, TestContext.Current.CancellationToken))
        {
            checks.Add(check);
        }

        return checks;
    }

    private async Task<EtlJob> JobAsync(string columns, string query)
    {
        string target = $"job{RunId.New()}";
        var job = new EtlJob
        {
            Name = target,
            Mode = LoadMode.Append,
            Source = await postgres.Connection,
            Stage = await sandbox.StageAsync(),
            Warehouse = await sandbox.WarehouseAsync(),
            Table = TableName.Parse(target),
            Parameters = [],
            Sql = new JobSql(await WriteAsync($"{target}.create.sql", $"CREATE TABLE {target} ({columns})"), null, null, null),
        };
        return await WithQueryAsync(job, query);
    }

    private async Task<EtlJob> WithQueryAsync(EtlJob job, string query)
    {
        string file = await WriteAsync($"{job.Name}.query.sql", query);
        return job with { Sql = job.Sql with { Initial = file, Ongoing = file } };
    }

    private async Task<string> WriteAsync(string name, string sql)
    {
        string path = Path.Combine(_files.Folder, name);
        await File.WriteAllTextAsync(path, sql, TestContext.Current.CancellationToken);
        return path;
    }

    private static Task<(EtlRun Run, EtlException? Error)> TryAsync(EtlJob job) => JobRunner.RunAsync(job, new RunOptions(), NoProgress.Instance, TestContext.Current.CancellationToken);

    private static async Task<EtlRun> RunAsync(EtlJob job)
    {
        (EtlRun run, EtlException? error) = await TryAsync(job);
        Assert.True(error is null, $"{error?.Message} {error?.Advice}");
        return run;
    }

    private static async Task<List<string>> RowsAsync(EtlJob job, string columns)
    {
        var rows = new List<string>();
        var query = SqlText.Of($"SELECT {columns} FROM {job.Table.Sql} ORDER BY 1", SqlDialect.Redshift);
        await foreach (IReadOnlyList<KeyValuePair<string, object?>> row in RedshiftQuery.RunAsync(job.Warehouse!, query, [], NoProgress.Instance, TestContext.Current.CancellationToken))
        {
            rows.Add(string.Join('|', row.Select(value => Convert.ToString(value.Value, System.Globalization.CultureInfo.InvariantCulture))));
        }

        return rows;
    }
}
