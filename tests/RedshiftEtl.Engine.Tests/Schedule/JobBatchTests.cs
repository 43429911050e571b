using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Schedule;

namespace RedshiftEtl.Engine.Tests.Schedule;

public class JobBatchTests
{
    [Theory]
    [InlineData("a b c", "a b c")]
    [InlineData("a:b b c", "b a c")]
    [InlineData("a:B,c b:c c", "c b a")]
    [InlineData("a:x b", "a b")]
    [InlineData("d:c c:b b:a a", "a b c d")]
    [InlineData("a b:a a", "a a b")]
    public void A_job_comes_behind_those_that_it_depends_on(string jobs, string expected) => Assert.Equal(expected, string.Join(' ', JobBatch.Order(Jobs(jobs))));

    [Theory]
    [InlineData("a:b b:a", "a → b → a")]
    [InlineData("a:a", "a → a")]
    [InlineData("x:a a:b b:c c:a", "a → b → c → a")]
    public void A_circle_is_refused_with_the_way_round(string jobs, string way)
    {
        EtlException error = Assert.Throws<EtlException>(() => JobBatch.Order(Jobs(jobs)));
        Assert.Same(Fault.DependencyCycle, error.Fault);
        Assert.Contains($": {way}.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_connection_lets_no_more_jobs_in_than_it_says()
    {
        var gate = new JobGate(3);
        EtlJob[] jobs = Jobs("a b c d").ToArray();
        EtlJob limited = jobs[0] with { Source = jobs[0].Source with { Name = "few", MaxJobs = 1 } };
        Assert.True(gate.HasRoom(limited));
        gate.Enter(limited);
        Assert.False(gate.HasRoom(limited));
        Assert.True(gate.HasRoom(jobs[1]));
        gate.Enter(jobs[1]);
        gate.Enter(jobs[2]);
        Assert.False(gate.HasRoom(jobs[3]));
        gate.Leave(limited);
        Assert.True(gate.HasRoom(limited));
    }

    private static EtlJob[] Jobs(string text) => text.Split(' ').Select(word => word.Split(':')).Select(parts => new EtlJob
    {
        Name = parts[0],
        Mode = LoadMode.Append,
        Source = new SqliteConnection { Name = "src", DataSource = "x" },
        Stage = null,
        Warehouse = null,
        Table = TableName.Parse("t"),
        Parameters = [],
        Sql = new JobSql(null, null, null, null),
        DependsOn = parts.Length > 1 ? parts[1].Split(',') : [],
    }).ToArray();
}
