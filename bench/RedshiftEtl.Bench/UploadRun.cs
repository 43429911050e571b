using System.Diagnostics;
using System.Globalization;
using RedshiftEtl.Engine.Define;
using RedshiftEtl.Engine.Stage;

namespace RedshiftEtl.Bench;

/// <summary>Uploads bytes that cost nothing to make: the price of the way from the compressor to S3.</summary>
internal static class UploadRun
{
    /// <summary>Uploads one object and prints the rate and the CPU seconds for a gigabyte.</summary>
    /// <param name="serviceUrl">The sink.</param>
    /// <param name="megabytes">How much.</param>
    /// <param name="mode">How the checksum goes.</param>
    public static async Task RunAsync(string serviceUrl, int megabytes, ChecksumMode mode)
    {
        var stage = new S3Connection
        {
            Name = "sink",
            Bucket = "bucket",
            Region = "us-east-1",
            ServiceUrl = serviceUrl,
            AccessKey = "AKIABENCH",
            SecretKey = Secret.Of("bench"),
            ChecksumMode = mode,
        };
        byte[] block = new byte[1 << 17];
        new Random(1).NextBytes(block);
        using var parts = new S3Parts(stage, "bench/");
        await parts.PrepareAsync(CancellationToken.None);
        using var process = Process.GetCurrentProcess();
        TimeSpan cpu = process.TotalProcessorTime;
        var clock = Stopwatch.StartNew();
        await using IPartWriter writer = await parts.CreateAsync("part", CancellationToken.None);
        await using var counted = new ChecksumStream(writer);
        for (int i = 0; i < megabytes * 8; i++)
        {
            await counted.WriteAsync(block);
        }

        await writer.CompleteAsync(counted.Checksum, CancellationToken.None);
        process.Refresh();
        double gigabytes = megabytes / 1024.0;
        await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
            $"{mode}: {megabytes / clock.Elapsed.TotalSeconds:F0} MB/s, {(process.TotalProcessorTime - cpu).TotalSeconds / gigabytes:F2} CPU s/GB, peak {process.PeakWorkingSet64 / 1048576} MiB"));
    }
}
