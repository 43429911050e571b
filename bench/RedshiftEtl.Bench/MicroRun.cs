using System.Globalization;
using System.Text;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using RedshiftEtl.Engine.Extract;

namespace RedshiftEtl.Bench;

/// <summary>The encoders by themselves: what a row of one kind of value costs, and that it allocates nothing.</summary>
[MemoryDiagnoser]
public class MicroRun : IDisposable
{
    private const int Rows = 1000;

    private static readonly DateTime s_time = new(2026, 11, 23, 17, 43, 13, 123);
    private readonly CsvRowWriter _writer = new([new EtlColumn("c", "", "VARCHAR(65535)")], CsvDialect.Default, ValueRules.None);
    private readonly byte[] _plain = Encoding.UTF8.GetBytes("a customer's name of usual length");
    private readonly byte[] _quoted = Encoding.UTF8.GetBytes("a note, with \"quotes\" and a line\nbreak");
    private readonly byte[] _binary = [.. Enumerable.Range(0, 16).Select(i => (byte)(i * 17))];

    /// <summary>Runs all and returns the table in Markdown.</summary>
    public static string Run()
    {
        ManualConfig config = ManualConfig.CreateMinimumViable().AddLogger(ConsoleLogger.Default)
            .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance)).WithOptions(ConfigOptions.DisableOptimizationsValidator);
        BenchmarkDotNet.Reports.Summary summary = BenchmarkRunner.Run<MicroRun>(config);
        var table = new StringBuilder("| a value of | ns | bytes allocated |\n|---|---:|---:|\n");
        foreach (BenchmarkDotNet.Reports.BenchmarkReport report in summary.Reports)
        {
            table.Append(CultureInfo.InvariantCulture, $"| {report.BenchmarkCase.Descriptor.WorkloadMethod.Name} | {report.ResultStatistics!.Mean:F1} | {report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase) ?? 0} |\n");
        }

        return table.ToString();
    }

    /// <inheritdoc/>
    [GlobalCleanup]
    public void Dispose()
    {
        _writer.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark(OperationsPerInvoke = Rows)]
    public void WholeNumber() => Each(static (self, i) => self._writer.WriteInteger(i * 7919L));

    [Benchmark(OperationsPerInvoke = Rows)]
    public void FloatingPointNumber() => Each(static (self, i) => self._writer.WriteDouble(i / 7.0));

    [Benchmark(OperationsPerInvoke = Rows)]
    public void ExactNumber() => Each(static (self, i) => self._writer.WriteFormatted(i * 1.01m, 32));

    [Benchmark(OperationsPerInvoke = Rows)]
    public void Timestamp() => Each(static (self, i) => self._writer.WriteTimestamp(s_time.AddTicks(i * 10), isUtc: false));

    [Benchmark(OperationsPerInvoke = Rows)]
    public void Text() => Each(static (self, _) => self._writer.WriteText(self._plain));

    [Benchmark(OperationsPerInvoke = Rows)]
    public void TextToQuote() => Each(static (self, _) => self._writer.WriteText(self._quoted));

    [Benchmark(OperationsPerInvoke = Rows)]
    public void Binary() => Each(static (self, _) => self._writer.WriteHex(self._binary));

    private void Each(Action<MicroRun, int> write)
    {
        for (int i = 0; i < Rows; i++)
        {
            write(this, i);
            _writer.EndRow();
        }

        _writer.Take().Dispose();
    }
}
