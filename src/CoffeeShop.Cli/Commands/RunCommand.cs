using System.CommandLine;
using System.Diagnostics;
using CoffeeShop.Csv;
using CoffeeShop.Embedded;
using CoffeeShop.Output;
using CoffeeShop.Queries;
using CoffeeShop.Results;

namespace CoffeeShop.Commands;

/// <summary><c>coffee run</c>: a folder of CSV files in, the exact answers of the queries out, in one process.</summary>
internal static class RunCommand
{
    public static Command New(CancellationToken stop)
    {
        var input = new InputOptions();
        var output = new Option<string>("--out") { Description = "Where the result goes", HelpName = "DIR", DefaultValueFactory = _ => "." };
        var id = new TextOption("--id", "Names the result, client-ID.ndjson", "ID", "1", IsId, "1 to 64 letters, digits, dots, underscores or hyphens, not ending in .rejected");
        var threads = new TextOption("--threads", "How many threads work", "N", Environment.ProcessorCount.ToString(),
            text => int.TryParse(text, out var number) && number is >= 1 and <= 1024, "a number from 1 to 1024");
        var format = new TextOption("--format", "ndjson, or ndjson,csv for a CSV file per query as well", "FORMATS", "ndjson",
            text => text is "ndjson" or "ndjson,csv" or "csv,ndjson" or "csv", "ndjson or ndjson,csv");
        var strict = new Option<bool>("--strict") { Description = "Refuse the input when a row is rejected" };
        var quiet = new Option<bool>("--quiet") { Description = "Print errors only" };
        var verbose = new Option<bool>("--verbose") { Description = "Print each file as it is read" };

        var command = new Command("run", "Answers the four queries over a folder of CSV files, in one process");
        input.AddTo(command);
        foreach (var option in (Option[])[output, id, threads, format, strict, quiet, verbose]) command.Add(option);
        command.SetAction(parsed => Run(new RunOptions(
            input.Dataset(parsed), input.Queries(parsed), parsed.GetRequiredValue(output), parsed.GetRequiredValue(id), int.Parse(parsed.GetRequiredValue(threads)),
            parsed.GetRequiredValue(format).Contains("csv", StringComparison.Ordinal), parsed.GetValue(strict),
            parsed.GetValue(quiet) ? Verbosity.Quiet : parsed.GetValue(verbose) ? Verbosity.Verbose : Verbosity.Normal), stop));
        return command;
    }

    public static int Run(RunOptions options, CancellationToken stop)
    {
        var watch = Stopwatch.StartNew();
        var dataset = Dataset.Open(options.Dataset);
        using var file = new OutputFile(options.ResultPath);
        using var run = new EmbeddedRun(dataset, options.Queries, options.Threads, onFile: started =>
        {
            if (options.Verbosity == Verbosity.Verbose) Console.Error.WriteLine($"action: processing_file | file: {started.Name}");
        });

        RunReport report;
        try
        {
            using (Progress.Start("read", () => (double)run.BytesRead / Math.Max(1, dataset.Bytes), () => run.BytesRead, options.Verbosity)) report = run.Execute(file.Stream, stop);
            if (!Write(report, file, options, stop)) return ExitCode.InputRefused;
        }
        catch (IOException e)
        {
            throw file.Explain(e);
        }

        if (options.Verbosity != Verbosity.Quiet) RunSummary.Print(options, dataset, report, watch.Elapsed);
        return ExitCode.Done;
    }

    /// <summary>Gives the files of a run their names: the rejections first, the result last.</summary>
    /// <returns>False when the input is refused for its rejections.</returns>
    private static bool Write(RunReport report, OutputFile file, RunOptions options, CancellationToken stop)
    {
        WriteRejections(report.Rejections, options.RejectedPath, stop);
        if (options.Strict && report.Rejections.Count > 0)
        {
            Console.Error.WriteLine($"The input is refused: {report.Rejections.Count} rows were rejected and --strict was given. They are listed in {options.RejectedPath}.");
            if (File.Exists(options.ResultPath)) Console.Error.WriteLine($"{options.ResultPath} is the result of an earlier run.");
            return false;
        }

        if (options.Csv)
        {
            file.Stream.Flush();
            file.Stream.Position = 0;
            using var csv = new CsvExport(ResultFile.Read(file.Stream, options.ResultPath).Until(stop), options.OutputFolder);
            csv.Commit();
        }

        file.Commit();
        return true;
    }

    private static void WriteRejections(RejectionLog rejections, string path, CancellationToken stop)
    {
        if (rejections.Count == 0)
        {
            // What an earlier run rejected is not what this one did.
            File.Delete(path);
            return;
        }

        using var file = new OutputFile(path);
        try
        {
            rejections.WriteTo(file.Stream, stop.ThrowIfCancellationRequested);
            file.Commit();
        }
        catch (IOException e)
        {
            throw file.Explain(e);
        }
    }

    private static bool IsId(string id) => id.Length is >= 1 and <= 64 && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-')
        // They would be taken for the other files of a run.
        && !id.EndsWith(".rejected", StringComparison.Ordinal);
}

/// <summary>How much a command tells.</summary>
internal enum Verbosity
{
    Quiet,
    Normal,
    Verbose,
}

/// <summary>What a run is asked to do.</summary>
internal sealed record RunOptions(
    DatasetOptions Dataset, QueryOptions Queries, string OutputFolder, string Id, int Threads, bool Csv, bool Strict, Verbosity Verbosity)
{
    public string ResultPath => Path.Combine(OutputFolder, $"client-{Id}.ndjson");

    public string RejectedPath => Path.Combine(OutputFolder, $"client-{Id}.rejected.ndjson");
}
