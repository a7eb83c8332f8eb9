using System.CommandLine;
using CoffeeShop.Results;

namespace CoffeeShop.Commands;

/// <summary><c>coffee compare</c>: whether two result files are the same, and which rows are not.</summary>
internal static class CompareCommand
{
    /// <summary>How many differences of a query are printed; the others are counted.</summary>
    private const int PrintedMax = 20;

    public static Command New(CancellationToken stop)
    {
        var expected = new Argument<string>("EXPECTED") { Description = "The result file that is right" };
        var actual = new Argument<string>("ACTUAL") { Description = "The result file to compare with it" };
        var command = new Command("compare", "Compares two result files exactly; exit code 1 when they differ") { expected, actual };
        command.SetAction(parsed => Compare(parsed.GetRequiredValue(expected), parsed.GetRequiredValue(actual), stop));
        return command;
    }

    private static int Compare(string expected, string actual, CancellationToken stop)
    {
        using var left = Open(expected);
        using var right = Open(actual);
        var differences = ResultComparison.Compare(Rows(left, expected, stop), Rows(right, actual, stop));
        if (differences.Count == 0)
        {
            Console.WriteLine("The results are the same.");
            return ExitCode.Done;
        }

        foreach (var query in differences.GroupBy(difference => difference.Query))
        {
            Console.WriteLine($"{query.Key}: {string.Join(", ", query.GroupBy(difference => difference.Kind).Select(kind => $"{kind.Count()} {Describe(kind.Key)}"))}");
            foreach (var difference in query.Take(PrintedMax)) Print(difference);
            if (query.Count() > PrintedMax) Console.WriteLine($"  … and {query.Count() - PrintedMax} more");
        }

        return ExitCode.Failed;
    }

    private static IEnumerable<ResultRow> Rows(Stream input, string name, CancellationToken stop)
    {
        foreach (var row in ResultFile.Read(input, name))
        {
            stop.ThrowIfCancellationRequested();
            yield return row;
        }
    }

    private static void Print(Difference difference)
    {
        Console.WriteLine($"  {Describe(difference.Kind)}");
        if (difference.Expected is { } expected) Console.WriteLine($"    expected {expected}");
        if (difference.Actual is { } actual) Console.WriteLine($"    found    {actual}");
    }

    private static string Describe(DifferenceKind kind) => kind switch
    {
        DifferenceKind.Missing => "missing",
        DifferenceKind.Extra => "extra",
        DifferenceKind.Different => "different",
        _ => "out of order",
    };

    private static FileStream Open(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 64 * 1024, FileOptions.SequentialScan);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new InputException($"The result file cannot be read: {e.Message}");
        }
    }
}
