using System.Diagnostics;
using CoffeeShop.Observability;

namespace CoffeeShop.Tests.Cli;

/// <summary>How a process of the executable ended, and what it said.</summary>
internal sealed record Ended(int ExitCode, string Output, string Error)
{
    /// <summary>Whatever happens, a user gets words and never a stack trace, and a run leaves standard output to others.</summary>
    public Ended Is(int exitCode)
    {
        Assert.True(exitCode == ExitCode, $"exit code {ExitCode}, expected {exitCode}\n{Error}");
        Assert.DoesNotContain("   at ", Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Unhandled", Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", Error, StringComparison.Ordinal);
        return this;
    }

    public Ended Says(params ReadOnlySpan<string> words)
    {
        foreach (var word in words) Assert.Contains(word, Error, StringComparison.Ordinal);
        Assert.Empty(Output);
        return this;
    }
}

/// <summary>Starts the built executable, as a user does.</summary>
internal static class Coffee
{
    private const string TerminalMaker = "/usr/bin/script";
    private static readonly string Executable = Path.Combine(AppContext.BaseDirectory, "coffee.dll");
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public static Task<Ended> Run(params string[] arguments) => RunIn(Environment.CurrentDirectory, arguments);

    /// <summary>Runs it to its end, in a folder.</summary>
    public static async Task<Ended> RunIn(string folder, params string[] arguments)
    {
        using var process = StartIn(folder, arguments);
        return await End(process);
    }

    public static Process Start(params string[] arguments) => StartIn(Environment.CurrentDirectory, arguments);

    /// <summary>Starts a process that ends itself by SIGKILL at a fail point.</summary>
    /// <param name="failPoint">The point and the count; null for a process that lives.</param>
    /// <param name="arguments">What it is to do.</param>
    public static Process StartToDie(string? failPoint, params string[] arguments) => StartIn(Environment.CurrentDirectory, arguments, failPoint);

    /// <summary>Starts a process with variables of its own.</summary>
    public static Process StartWith(IReadOnlyDictionary<string, string> environment, string? failPoint, params string[] arguments) => StartIn(Environment.CurrentDirectory, arguments, failPoint, environment);

    /// <summary>Runs it to its end on a terminal, which shows both outputs.</summary>
    /// <param name="arguments">What it is to do; none that a shell would look at.</param>
    public static async Task<Ended> RunOnTerminal(params string[] arguments)
    {
        Assert.SkipUnless(File.Exists(TerminalMaker), "There is nothing here that makes a terminal.");
        using var process = Start(Environment.CurrentDirectory, TerminalMaker, ["-qec", string.Join(' ', ["dotnet", Executable, .. arguments]), "/dev/null"]);
        var ended = await End(process);
        return ended with { Error = ended.Output };
    }

    private static Process StartIn(string folder, string[] arguments, string? failPoint = null, IReadOnlyDictionary<string, string>? environment = null) => Start(folder, "dotnet", [Executable, .. arguments], failPoint, environment);

    private static Process Start(string folder, string program, string[] arguments, string? failPoint = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // Messages in one language, and nothing of the terminal that runs the tests.
        start.Environment["LANG"] = "C";
        start.Environment.Remove("COLUMNS");
        start.Environment[FailPoint.Variable] = failPoint;
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return process;
    }

    /// <summary>Waits for the end; a process that does not come to it is killed and fails the test.</summary>
    public static Task<Ended> End(Process process) => End(process, Patience);

    /// <summary>Waits for the end for so long.</summary>
    public static async Task<Ended> End(Process process, TimeSpan time)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(time);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(patience.Token);
            var error = process.StandardError.ReadToEndAsync(patience.Token);
            await process.WaitForExitAsync(patience.Token);
            return new Ended(process.ExitCode, await output, await error);
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }
    }
}
