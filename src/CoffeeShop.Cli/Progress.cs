using System.Diagnostics;
using CoffeeShop.Commands;
using Spectre.Console;

namespace CoffeeShop;

/// <summary>
/// Shows how far a long work has come, on standard error: a bar on a terminal, a plain line now and then elsewhere. Ends
/// when it is disposed.
/// </summary>
internal sealed class Progress : IDisposable
{
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan BarInterval = TimeSpan.FromMilliseconds(100);

    private readonly string _verb;
    private readonly IReadOnlyList<ProgressPart> _parts;
    private readonly ManualResetEventSlim _ended = new();
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly Thread _thread;

    private Progress(string verb, IReadOnlyList<ProgressPart> parts, bool bars)
    {
        (_verb, _parts) = (verb, parts);
        _thread = new Thread(bars ? ShowBars : ShowLines) { IsBackground = true, Name = "progress" };
        _thread.Start();
    }

    /// <summary>Begins to show progress.</summary>
    /// <param name="verb">What is done to the bytes, in the past.</param>
    /// <param name="fraction">How much is done, 0 … 1; called from another thread.</param>
    /// <param name="bytes">How many bytes have been done; called from another thread.</param>
    /// <param name="verbosity">Nothing is shown when quiet.</param>
    public static IDisposable? Start(string verb, Func<double> fraction, Func<long> bytes, Verbosity verbosity) =>
        Start(verb, [new ProgressPart("", fraction, bytes)], verbosity);

    /// <summary>Begins to show the progress of several parts, each with a bar of its own on a terminal.</summary>
    /// <param name="verb">What is done to the bytes, in the past.</param>
    /// <param name="parts">The parts.</param>
    /// <param name="verbosity">Nothing is shown when quiet.</param>
    public static IDisposable? Start(string verb, IReadOnlyList<ProgressPart> parts, Verbosity verbosity) =>
        verbosity == Verbosity.Quiet ? null : new Progress(verb, parts, ShowsBars(verbosity));

    /// <summary>Whether progress is shown as bars.</summary>
    /// <param name="verbosity">How much is shown.</param>
    public static bool ShowsBars(Verbosity verbosity) => Terminal.IsErrorTerminal && verbosity == Verbosity.Normal;

    public void Dispose()
    {
        _ended.Set();
        _thread.Join();
        _ended.Dispose();
    }

    private void ShowLines()
    {
        while (!_ended.Wait(LineInterval))
        {
            // The part that is under way; before and after it are those that are done or have not begun.
            var part = _parts.FirstOrDefault(part => part.Fraction() < 1);
            Console.Error.WriteLine($"{(part is null or { Name: "" } ? "" : part.Name + ": ")}{(part?.Fraction() ?? 1) * 100:0} %, {Describe(_parts.Sum(each => each.Bytes()))}");
        }
    }

    private void ShowBars()
    {
        // Short work ends before a bar could be read.
        if (_ended.Wait(BarInterval)) return;
        ProgressColumn[] columns = [new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn(), new TaskDescriptionColumn { Alignment = Justify.Left }];
        Terminal.Error.Progress().AutoClear(true).Columns(columns)
            .Start(context =>
            {
                var bars = _parts.Select(part => (Part: part, Task: context.AddTask(Describe(part), maxValue: 1))).ToList();
                do
                {
                    foreach (var (part, task) in bars)
                    {
                        task.Value = part.Fraction();
                        task.Description = Describe(part);
                    }
                }
                while (!_ended.Wait(BarInterval));
            });
    }

    /// <summary>What stands beside a bar; never empty.</summary>
    private string Describe(ProgressPart part) => part.Name.Length == 0 ? Describe(part.Bytes()) : $"{part.Name} {Units.Bytes(part.Bytes())}";

    private string Describe(long bytes) => $"{_verb} {Units.Bytes(bytes)}, {Units.Bytes((long)(bytes / _watch.Elapsed.TotalSeconds))}/s";
}

/// <summary>A part of a long work.</summary>
/// <param name="Name">What it is called; empty when it is the whole.</param>
/// <param name="Fraction">How much is done, 0 … 1; called from another thread.</param>
/// <param name="Bytes">How many bytes have been done; called from another thread.</param>
internal sealed record ProgressPart(string Name, Func<double> Fraction, Func<long> Bytes);
