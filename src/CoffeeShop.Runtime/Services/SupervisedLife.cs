using Microsoft.Extensions.Logging;

namespace CoffeeShop.Services;

/// <summary>Keeps one thing running: follows its life, and starts it again when it dies.</summary>
internal sealed class SupervisedLife : IAsyncDisposable
{
    private const int LastLinesMax = 8;

    private readonly ISupervised _supervised;
    private readonly Action<string, string> _onLine;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly Backoff _backoff = new();
    private readonly Queue<string> _lastLines = new();
    private readonly TaskCompletionSource _firstReady = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _kill = new();
    private readonly Lock _lock = new();
    private readonly Task _living;
    private SupervisedState _state;
    private long _since;
    private int _starts;

    public SupervisedLife(ISupervised supervised, Action<string, string> onLine, TimeProvider clock, ILogger log)
    {
        (_supervised, _onLine, _clock, _log, _since) = (supervised, onLine, clock, log, clock.GetTimestamp());
        // Whoever supervises goes on before the first process is made.
        _living = Task.Run(LiveAsync);
    }

    /// <summary>Completes when it is ready for the first time; fails when it ends by itself before that.</summary>
    public Task FirstReady => _firstReady.Task;

    /// <summary>How it does.</summary>
    public SupervisedStatus Status
    {
        get
        {
            lock (_lock) return new SupervisedStatus(_supervised.Name, _state, _supervised.ProcessId, Math.Max(0, _starts - 1), _clock.GetElapsedTime(_since), _lastLines.LastOrDefault() ?? "");
        }
    }

    /// <summary>Asks it to end, and waits for that.</summary>
    public async Task StopAsync()
    {
        Become(SupervisedState.Stopping);
        await _stop.CancelAsync();
        await _living;
    }

    /// <summary>Makes it end at once, and waits for that.</summary>
    public async Task KillAsync()
    {
        Become(SupervisedState.Stopping);
        await _kill.CancelAsync();
        await StopAsync();
    }

    /// <summary>Makes it end at once if it still runs.</summary>
    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _stop.Dispose();
        _kill.Dispose();
    }

    private async Task LiveAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            var born = _clock.GetTimestamp();
            var death = await LiveOnceAsync();
            if (_stop.IsCancellationRequested) break;
            if (death.IsOwn && !_firstReady.Task.IsCompleted)
            {
                _firstReady.SetException(new ServiceException($"{_supervised.Name} does not start: {death.Text}{LastLines(death)}"));
                break;
            }

            var wait = _backoff.AfterLifeOf(_clock.GetElapsedTime(born));
            _log.Died(_supervised.Name, death.Text, wait.TotalSeconds);
            Become(SupervisedState.Waiting);
            await Task.Delay(wait, _clock, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        _firstReady.TrySetException(new ServiceException($"{_supervised.Name} was stopped before it was ready."));
        Become(SupervisedState.Stopped);
    }

    private async Task<Death> LiveOnceAsync()
    {
        lock (_lock) _starts++;
        Become(SupervisedState.Starting);
        try
        {
            return Death.Of(await _supervised.RunAsync(Hear, BecomeReady, _stop.Token, _kill.Token));
        }
        catch (Exception e) when (e is ServiceException or IOException or UnauthorizedAccessException)
        {
            return new Death(e.Message, IsOwn: true, IsExplained: true);
        }
    }

    private void BecomeReady()
    {
        Become(SupervisedState.Ready);
        _log.Ready(_supervised.Name, _supervised.ProcessId);
        _firstReady.TrySetResult();
    }

    private void Hear(string line)
    {
        lock (_lock)
        {
            if (_lastLines.Count == LastLinesMax) _lastLines.Dequeue();
            _lastLines.Enqueue(line);
        }

        _onLine(_supervised.Name, line);
    }

    private string LastLines(Death death)
    {
        lock (_lock) return death.IsExplained || _lastLines.Count == 0 ? "" : $". It said last:\n{string.Join('\n', _lastLines)}";
    }

    private void Become(SupervisedState state)
    {
        lock (_lock)
        {
            // What is to end is neither starting nor ready, whatever it does meanwhile.
            if (_state == SupervisedState.Stopping && state != SupervisedState.Stopped) return;
            (_state, _since) = (state, _clock.GetTimestamp());
        }
    }

    /// <param name="Text">How it died.</param>
    /// <param name="IsOwn">Whether it ended by itself, as it would again; else it was killed.</param>
    /// <param name="IsExplained">Whether the text says why.</param>
    private sealed record Death(string Text, bool IsOwn, bool IsExplained)
    {
        private const int FirstOfSignals = 128;

        public static Death Of(int code) => code > FirstOfSignals
            ? new Death($"killed by signal {code - FirstOfSignals}", IsOwn: false, IsExplained: false)
            : new Death($"exit code {code}", IsOwn: true, IsExplained: false);
    }
}
