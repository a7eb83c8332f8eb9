using System.CommandLine;
using System.Globalization;
using CoffeeShop.Csv;
using CoffeeShop.Generation;
using CoffeeShop.Output;
using CoffeeShop.Queries;
using CoffeeShop.Results;
using Spectre.Console;

namespace CoffeeShop.Commands;

/// <summary><c>coffee demo</c>: makes a small dataset, answers the queries over it and shows the answers.</summary>
internal static class DemoCommand
{
    private const string Folder = "coffee-demo";

    /// <summary>A fiftieth of the published dataset: a second or two.</summary>
    private const int TransactionsPerMonth = GeneratorOptions.PublishedTransactionsPerMonth / 50;

    public static Command New(CancellationToken stop)
    {
        var command = new Command("demo", $"Makes a small dataset in ./{Folder}, answers the queries and shows the answers");
        command.SetAction(_ => Show(stop));
        return command;
    }

    private static int Show(CancellationToken stop)
    {
        using var folder = new FolderLock(Folder);
        var data = MakeDataset(stop);
        var output = new ResultOutput(Path.Combine(Folder, "out"), "demo", Csv: true, Strict: false, Verbosity.Normal);
        var exitCode = RunCommand.Run(new RunOptions(new DatasetOptions(data), QueryOptions.Default, output, Environment.ProcessorCount), stop);
        if (exitCode != ExitCode.Done) return exitCode;

        using (var file = File.OpenRead(output.ResultPath))
            new DemoAnswers(Terminal.Output, ResultFile.Read(file, output.ResultPath)).Show();
        Terminal.Output.WriteLine();
        Terminal.Output.MarkupLine($"The same rows are in [bold]{output.ResultPath}[/], and as CSV beside it.");
        Terminal.Output.MarkupLine("Over a folder of your own: [bold]coffee run --data DIR --out DIR[/]");
        return exitCode;
    }

    /// <summary>The dataset of the demo, made once: under another name until it is whole.</summary>
    private static string MakeDataset(CancellationToken stop)
    {
        var data = Path.Combine(Folder, "data");
        if (Directory.Exists(data))
        {
            Console.Error.WriteLine($"The dataset of an earlier demo is in {data}; remove {Folder} to make it anew.");
            return data;
        }

        var unfinished = data + ".partial";
        if (Directory.Exists(unfinished)) Directory.Delete(unfinished, recursive: true);
        var report = GenerateCommand.Run(
            new GeneratorOptions { OutputFolder = unfinished, TransactionsPerMonth = TransactionsPerMonth }, Verbosity.Normal, stop);
        Directory.Move(unfinished, data);
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"Made {Units.Count(report.Transactions)} transactions of 10 stores in {data} ({Units.Bytes(report.Bytes)})."));
        return data;
    }
}
