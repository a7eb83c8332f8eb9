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
        var differences = ResultComparison.Compare(ResultFile.Read(left, expected).Until(stop), ResultFile.Read(right, actual).Until(stop));
        if (differences.Count == 0 && !SameBytes(left, right))
        {
            Console.WriteLine("The rows are the same, and the bytes are not: the lines end differently.");
            return ExitCode.Failed;
        }

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

    /// <summary>Whether two files whose rows are the same also end their lines alike.</summary>
    private static bool SameBytes(FileStream left, FileStream right)
    {
        if (left.Length != right.Length) return false;
        left.Position = right.Position = 0;
        var (a, b) = (new byte[64 * 1024], new byte[64 * 1024]);
        for (int read; (read = left.ReadAtLeast(a, a.Length, throwOnEndOfStream: false)) > 0;)
        {
            right.ReadExactly(b, 0, read);
            if (!a.AsSpan(0, read).SequenceEqual(b.AsSpan(0, read))) return false;
        }

        return true;
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
        _ => "out of order; this is the first",
    };

    private static FileStream Open(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 64 * 1024, FileOptions.SequentialScan);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            if (Directory.Exists(path)) throw new InputException($"{path} is a folder: expected a result file.");
            throw new InputException($"The result file cannot be read: {e.Message}");
        }
    }
}
