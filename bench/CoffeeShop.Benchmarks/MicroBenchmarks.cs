using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace CoffeeShop.Benchmarks;

/// <summary>Measures the row path piece by piece: nanoseconds and bytes allocated for one row.</summary>
internal static class MicroBenchmarks
{
    /// <returns>0, or 1 when a benchmark failed or the row path allocates.</returns>
    public static int Run(string[] filters)
    {
        // Within this process: a generated project would have to follow the rules of this repository.
        var job = Job.Default.WithToolchain(InProcessEmitToolchain.Instance).WithWarmupCount(3).WithIterationCount(8);
        var config = ManualConfig.CreateEmpty()
            .AddJob(job)
            .AddLogger(ConsoleLogger.Default)
            .AddExporter(MarkdownExporter.GitHub)
            .AddDiagnoser(MemoryDiagnoser.Default)
            .AddColumnProvider(DefaultColumnProviders.Instance)
            .WithOptions(ConfigOptions.JoinSummary);
        string[] arguments = ["--filter", .. filters.Length == 0 ? ["*"] : filters.Select(filter => filter.Contains('*', StringComparison.Ordinal) ? filter : $"*{filter}*")];
        var reports = BenchmarkSwitcher.FromAssembly(typeof(MicroBenchmarks).Assembly).Run(arguments, config)
            .SelectMany(summary => summary.Reports).ToList();

        foreach (var report in reports.Where(report => !report.Success))
            Console.Error.WriteLine($"{report.BenchmarkCase.DisplayInfo} failed.");
        var allocating = reports.Where(report => report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase) > 0).ToList();
        foreach (var report in allocating)
            Console.Error.WriteLine($"{report.BenchmarkCase.DisplayInfo} allocates {report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase)} bytes per row, expected none.");
        return reports.Count > 0 && allocating.Count == 0 && reports.All(report => report.Success) ? 0 : 1;
    }
}
