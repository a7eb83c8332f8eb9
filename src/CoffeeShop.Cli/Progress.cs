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
    private readonly long _total;
    private readonly Func<long> _done;
    private readonly ManualResetEventSlim _ended = new();
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly Thread _thread;

    private Progress(string verb, long total, Func<long> done, bool bar)
    {
        (_verb, _total, _done) = (verb, total, done);
        _thread = new Thread(bar ? ShowBar : ShowLines) { IsBackground = true, Name = "progress" };
        _thread.Start();
    }

    /// <summary>Begins to show progress.</summary>
    /// <param name="verb">What is done to the bytes, in the past.</param>
    /// <param name="total">How many bytes there are.</param>
    /// <param name="done">How many have been done; called from another thread.</param>
    /// <param name="verbosity">Nothing is shown when quiet.</param>
    public static IDisposable? Start(string verb, long total, Func<long> done, Verbosity verbosity) =>
        verbosity == Verbosity.Quiet || total == 0 ? null : new Progress(verb, total, done, Terminal.IsErrorTerminal && verbosity == Verbosity.Normal);

    public void Dispose()
    {
        _ended.Set();
        _thread.Join();
        _ended.Dispose();
    }

    private void ShowLines()
    {
        while (!_ended.Wait(LineInterval))
            Console.Error.WriteLine($"{_verb} {Percent} % of {Units.Bytes(_total)}, {Rate}");
    }

    private void ShowBar()
    {
        // Short work ends before a bar could be read.
        if (_ended.Wait(BarInterval)) return;
        Terminal.Error.Progress().AutoClear(true).Columns(new ProgressBarColumn(), new PercentageColumn(), new TaskDescriptionColumn(), new RemainingTimeColumn())
            .Start(context =>
            {
                var task = context.AddTask(_verb, maxValue: _total);
                do
                {
                    task.Value = _done();
                    task.Description = $"{_verb} {Units.Bytes((long)task.Value)} of {Units.Bytes(_total)}, {Rate}";
                }
                while (!_ended.Wait(BarInterval));
            });
    }

    private long Percent => _done() * 100 / _total;

    private string Rate => $"{Units.Bytes((long)(_done() / _watch.Elapsed.TotalSeconds))}/s";
}
