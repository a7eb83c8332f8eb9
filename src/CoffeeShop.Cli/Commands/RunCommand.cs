using System.CommandLine;
using System.Diagnostics;
using CoffeeShop.Csv;
using CoffeeShop.Embedded;
using CoffeeShop.Output;
using CoffeeShop.Queries;

namespace CoffeeShop.Commands;

/// <summary><c>coffee run</c>: a folder of CSV files in, the exact answers of the queries out, in one process.</summary>
internal static class RunCommand
{
    public static Command New(CancellationToken stop)
    {
        var input = new InputOptions();
        var output = new OutputOptions();
        var threads = new TextOption("--threads", "How many threads work", "N", Environment.ProcessorCount.ToString(),
            text => int.TryParse(text, out var number) && number is >= 1 and <= 1024, "a number from 1 to 1024");

        var command = new Command("run", "Answers the four queries over a folder of CSV files, in one process");
        input.AddTo(command);
        output.AddTo(command);
        command.Add(threads);
        command.SetAction(parsed => Run(
            new RunOptions(input.Dataset(parsed), input.Queries(parsed), output.Output(parsed), int.Parse(parsed.GetRequiredValue(threads))), stop));
        return command;
    }

    public static int Run(RunOptions options, CancellationToken stop)
    {
        var watch = Stopwatch.StartNew();
        var output = options.Output;
        var dataset = Dataset.Open(options.Dataset);
        using var file = new OutputFile(output.ResultPath);
        using var run = new EmbeddedRun(dataset, options.Queries, options.Threads, onFile: started =>
        {
            if (output.Verbosity == Verbosity.Verbose) Console.Error.WriteLine($"action: processing_file | file: {started.Name}");
        });

        RunReport report;
        try
        {
            using (Progress.Start("read", () => (double)run.BytesRead / Math.Max(1, dataset.Bytes), () => run.BytesRead, output.Verbosity)) report = run.Execute(file.Stream, stop);
            if (!output.TryAccept(report.Rejections, stop)) return ExitCode.InputRefused;
            output.Commit(file, stop);
        }
        catch (IOException e)
        {
            throw file.Explain(e);
        }

        if (output.Verbosity != Verbosity.Quiet) RunSummary.Print(output, dataset, report, watch.Elapsed);
        return ExitCode.Done;
    }
}

/// <summary>What a run is asked to do.</summary>
internal sealed record RunOptions(DatasetOptions Dataset, QueryOptions Queries, ResultOutput Output, int Threads);
