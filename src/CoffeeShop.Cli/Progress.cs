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
    private readonly Func<double> _fraction;
    private readonly Func<long> _bytes;
    private readonly ManualResetEventSlim _ended = new();
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly Thread _thread;

    private Progress(string verb, Func<double> fraction, Func<long> bytes, bool bar)
    {
        (_verb, _fraction, _bytes) = (verb, fraction, bytes);
        _thread = new Thread(bar ? ShowBar : ShowLines) { IsBackground = true, Name = "progress" };
        _thread.Start();
    }

    /// <summary>Begins to show progress.</summary>
    /// <param name="verb">What is done to the bytes, in the past.</param>
    /// <param name="fraction">How much is done, 0 … 1; called from another thread.</param>
    /// <param name="bytes">How many bytes have been done; called from another thread.</param>
    /// <param name="verbosity">Nothing is shown when quiet.</param>
    public static IDisposable? Start(string verb, Func<double> fraction, Func<long> bytes, Verbosity verbosity) =>
        verbosity == Verbosity.Quiet ? null : new Progress(verb, fraction, bytes, Terminal.IsErrorTerminal && verbosity == Verbosity.Normal);

    public void Dispose()
    {
        _ended.Set();
        _thread.Join();
        _ended.Dispose();
    }

    private void ShowLines()
    {
        while (!_ended.Wait(LineInterval)) Console.Error.WriteLine($"{_fraction() * 100:0} %, {Description}");
    }

    private void ShowBar()
    {
        // Short work ends before a bar could be read.
        if (_ended.Wait(BarInterval)) return;
        Terminal.Error.Progress().AutoClear(true).Columns(new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn(), new TaskDescriptionColumn())
            .Start(context =>
            {
                var task = context.AddTask(Description, maxValue: 1);
                do
                {
                    task.Value = _fraction();
                    task.Description = Description;
                }
                while (!_ended.Wait(BarInterval));
            });
    }

    private string Description => $"{_verb} {Units.Bytes(_bytes())}, {Units.Bytes((long)(_bytes() / _watch.Elapsed.TotalSeconds))}/s";
}
