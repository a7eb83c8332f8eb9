using System.CommandLine;
using System.Diagnostics;
using CoffeeShop.Generation;
using CoffeeShop.Output;

namespace CoffeeShop.Commands;

/// <summary><c>coffee generate</c>: a dataset by the laws of the published one, the same for the same options.</summary>
internal static class GenerateCommand
{
    public static Command New(CancellationToken stop)
    {
        var defaults = new GeneratorOptions { OutputFolder = "." };
        var output = new Option<string>("--out") { Description = "Where the dataset goes; it must hold none yet", HelpName = "DIR", Required = true };
        var months = new TextOption("--months", "The months with transactions", "FIRST..LAST", $"{defaults.FirstMonth}..{defaults.LastMonth}", text => ParseMonths(text) is not null,
            "two months, the earlier first, such as 2024-01..2025-06");
        var transactions = new TextOption("--transactions-per-month", "Transactions in a month of 31 days; with the defaults, the dataset has 2.5 GB", "N",
            $"{defaults.TransactionsPerMonth}", text => int.TryParse(text, out var count) && count is >= 1 and <= GeneratorOptions.TransactionsPerMonthMax,
            $"a whole number from 1 to {GeneratorOptions.TransactionsPerMonthMax}");
        var users = new TextOption("--users", "Users; by default as many as the transactions ask for", "N", byDefault: null,
            text => int.TryParse(text, out var count) && count is >= 0 and <= GeneratorOptions.UsersMax, $"a whole number from 0 to {GeneratorOptions.UsersMax}");
        var seed = new TextOption("--seed", "Another seed gives other rows by the same laws", "S", $"{defaults.Seed}", text => long.TryParse(text, out _),
            "a whole number in 64 bits");
        var edgeCases = new Option<bool>("--edge-cases") { Description = "Add rows that a reader is likely to get wrong, and the list of those it must reject" };
        var quiet = new Option<bool>("--quiet") { Description = "Print errors only" };

        var command = new Command("generate", "Makes a dataset by the laws of the published one") { output, months, transactions, users, seed, edgeCases, quiet };
        command.SetAction(parsed => Generate(
            new GeneratorOptions
            {
                OutputFolder = parsed.GetRequiredValue(output),
                FirstMonth = ParseMonths(parsed.GetRequiredValue(months))!.Value.First,
                LastMonth = ParseMonths(parsed.GetRequiredValue(months))!.Value.Last,
                TransactionsPerMonth = int.Parse(parsed.GetRequiredValue(transactions)),
                Users = parsed.GetValue(users) is { } count ? int.Parse(count) : null,
                Seed = long.Parse(parsed.GetRequiredValue(seed)),
                EdgeCases = parsed.GetValue(edgeCases),
            },
            parsed.GetValue(quiet) ? Verbosity.Quiet : Verbosity.Normal, stop));
        return command;
    }

    private static int Generate(GeneratorOptions options, Verbosity verbosity, CancellationToken stop)
    {
        var problems = options.Problems();
        foreach (var problem in problems) Console.Error.WriteLine(problem);
        if (problems.Count > 0) return ExitCode.Usage;

        var watch = Stopwatch.StartNew();
        var report = Run(options, verbosity, stop);
        if (verbosity == Verbosity.Quiet) return ExitCode.Done;
        Console.Error.WriteLine(
            $"{options.OutputFolder}: {report.Files} files, {Units.Bytes(report.Bytes)}, {Units.Count(report.Users)} users, "
            + $"{Units.Count(report.Transactions)} transactions, {Units.Count(report.TransactionItems)} items in {watch.Elapsed.TotalSeconds:0.0} s");
        return ExitCode.Done;
    }

    /// <summary>Makes a dataset and shows how far it has come.</summary>
    public static GeneratorReport Run(GeneratorOptions options, Verbosity verbosity, CancellationToken stop)
    {
        var generator = new Generator(options);
        try
        {
            using (Progress.Start("generated", () => generator.FractionDone, () => generator.BytesWritten, verbosity)) return generator.Run(stop);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OutputException($"The dataset could not be written to {options.OutputFolder}, and nothing of it was left there: {e.Message}");
        }
    }

    private static (Month First, Month Last)? ParseMonths(string text)
    {
        var ends = text.Split("..");
        return ends.Length == 2 && Month.TryParse(ends[0], out var first) && Month.TryParse(ends[1], out var last) ? (first, last) : null;
    }
}
