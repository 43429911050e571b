using System.Globalization;
using RedshiftEtl.Tests.Hosting;

namespace RedshiftEtl.Tests.Faults;

/// <summary>The fault campaign. Each run of the tests tries a share of all faults; with REDSHIFTETL_CAMPAIGN=full it tries them all and prints the table that stands in docs/about_EtlRecovery.md.
/// Its classes run side by side: most of their time is the waits between attempts.</summary>
public abstract class CampaignTests(ITestOutputHelper output)
{
    /// <summary>Mode, load and which share of the statements a usual run tries: every so-manieth, from where.</summary>
    public static TheoryData<string, string, int> Cases => new() { { "Append", "Ongoing", 0 }, { "Append", "Initial", 1 }, { "Overwrite", "Ongoing", 2 }, { "Overwrite", "Initial", 3 }, { "Merge", "Ongoing", 4 } };

    protected static bool IsFull { get; } = Environment.GetEnvironmentVariable("REDSHIFTETL_CAMPAIGN") == "full";

    private protected void Report(string what, FaultCampaign campaign) => output.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"| {campaign.Name} | {what} | {campaign.Trials} | {campaign.Committed} | 0 | 0 | 0 |"));
}

/// <summary>Connections that die.</summary>
public sealed class ConnectionCampaignTests(ITestOutputHelper output) : CampaignTests(output)
{
    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_connection_that_dies_at_a_statement_loses_and_doubles_nothing(string mode, string load, int share)
    {
        using var sandbox = new BreakingSandbox();
        using var campaign = new FaultCampaign(sandbox, mode, load);
        int count = await campaign.CountAsync();
        Assert.True(count > 30, $"Only {count} statements were counted.");
        for (int number = 1; number <= count + 2; number++)
        {
            if (!IsFull && number % 8 != share && number < count - 14)
            {
                continue;
            }

            foreach (string point in new[] { "before", "after" })
            {
                await campaign.TryAsync(new { kind = "statement", number, point, action = "drop", times = 1 });
            }
        }

        Report("connection dropped before and after each statement", campaign);
    }
}

/// <summary>Statements and S3 calls that fail.</summary>
public sealed class StatementCampaignTests(ITestOutputHelper output) : CampaignTests(output)
{
    private static readonly string[] s_operations = ["ListObjectsV2", "PutObject", "HeadObject", "GetObject", "DeleteObject", "ListMultipartUploads"];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_statement_that_fails_loses_and_doubles_nothing(string mode, string load, int share)
    {
        using var sandbox = new BreakingSandbox();
        using var campaign = new FaultCampaign(sandbox, mode, load);
        int count = await campaign.CountAsync();
        for (int number = 1 + (IsFull ? 0 : share); number <= count; number += IsFull ? 1 : 6)
        {
            await campaign.TryAsync(new { kind = "statement", number, action = "error", sqlState = "XX000", message = "1023 Serializable isolation violation on table", times = 1 });
        }

        Report("serializable violation at each statement", campaign);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task An_s3_call_that_fails_loses_and_doubles_nothing(string mode, string load, int share)
    {
        using var sandbox = new BreakingSandbox();
        using var campaign = new FaultCampaign(sandbox, mode, load);
        for (int i = 0; i < s_operations.Length; i++)
        {
            if (IsFull || i % 4 == share)
            {
                await campaign.TryAsync(new { kind = "s3", operation = s_operations[i], status = 403, code = "AccessDenied", times = 1 });
                await campaign.TryAsync(new { kind = "s3", operation = s_operations[i], status = 403, code = "AccessDenied", times = 0 });
                await campaign.TryAsync(new { kind = "s3", operation = s_operations[i], status = 500, times = 1 });
            }
        }

        await campaign.TryAsync(new { kind = "s3", operation = "PutObject", pattern = "manifest", status = 403, code = "AccessDenied", times = 1 });
        await campaign.TryAsync(new { kind = "s3", operation = "PutObject", pattern = "part-", status = 403, code = "AccessDenied", times = 1 });
        await campaign.TryAsync(new { kind = "load", atByte = 10, times = 1 });
        Report("S3 calls denied once, denied always, failed once; COPY killed", campaign);
    }
}

/// <summary>Processes that are killed, asked to end, or race.</summary>
public sealed class ProcessCampaignTests(ITestOutputHelper output) : CampaignTests(output)
{
    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_process_that_is_killed_loses_and_doubles_nothing(string mode, string load, int share)
    {
        using var sandbox = new BreakingSandbox();
        using var campaign = new FaultCampaign(sandbox, mode, load);
        int count = await campaign.CountAsync();
        int step = IsFull ? 2 : 20;
        for (int number = 1 + (share * 5 % step); number <= count; number += step)
        {
            await campaign.KillAsync(number);
        }

        Report("process killed (SIGKILL) at a statement", campaign);
    }

    [Fact]
    public async Task A_process_that_is_killed_in_an_s3_call_leaves_nothing_behind_after_the_next_run()
    {
        using var sandbox = new BreakingSandbox();
        using var campaign = new FaultCampaign(sandbox, "Append", "Ongoing");
        foreach (string operation in new[] { "PutObject", "HeadObject", "DeleteObject" })
        {
            await campaign.KillAsync(operation);
        }

        Report("process killed in an S3 call", campaign);
    }

    [Fact]
    public async Task A_process_that_is_asked_to_end_stops_cleanly_and_says_so()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no SIGTERM.");
        using var sandbox = new BreakingSandbox();
        using var campaign = new FaultCampaign(sandbox, "Overwrite", "Ongoing");
        await campaign.TerminateAsync();
    }

    [Fact]
    public async Task Two_processes_that_race_for_one_job_load_it_once()
    {
        using var sandbox = new BreakingSandbox();
        using var campaign = new FaultCampaign(sandbox, "Append", "Ongoing");
        await campaign.RaceAsync();
        await campaign.RaceAsync();
    }

    [Fact]
    public async Task Parts_of_an_upload_that_was_cut_by_a_kill_are_aborted_by_the_next_run()
    {
        using var sandbox = new BreakingSandbox();
        using var campaign = new FaultCampaign(sandbox, "Append", "Initial", moreRows: 400_000);
        await campaign.KillAsync("UploadPart");
    }
}
