using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace CoffeeShop.IntegrationTests.Cluster;

/// <summary>A log in which tests wait for what is to happen.</summary>
internal sealed class LogWatch : ILogger
{
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly ConcurrentQueue<(string Part, TaskCompletionSource Seen)> _awaited = new();

    public string Text => string.Join('\n', _lines);

    /// <summary>Completes with the next line that has this in it, or at once if there was one.</summary>
    public Task SeesAsync(string part)
    {
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _awaited.Enqueue((part, seen));
        foreach (var line in _lines) Tell(line);
        return seen.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var line = formatter(state, exception);
        _lines.Enqueue(line);
        Tell(line);
    }

    private void Tell(string line)
    {
        foreach (var (_, seen) in _awaited.Where(awaited => line.Contains(awaited.Part, StringComparison.Ordinal))) seen.TrySetResult();
    }
}
