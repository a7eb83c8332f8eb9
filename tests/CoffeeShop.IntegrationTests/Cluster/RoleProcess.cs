using System.Collections.Concurrent;
using System.Diagnostics;
using CoffeeShop.Services;
using CoffeeShop.Tests;
using CoffeeShop.Tests.Cli;

namespace CoffeeShop.IntegrationTests.Cluster;

/// <summary>A process of a cluster, which can be killed, paused and started again.</summary>
internal sealed class RoleProcess(params string[] arguments) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly ConcurrentQueue<string> _log = new();
    private Process? _process;

    /// <summary>What it has said since its first start.</summary>
    public string Log => string.Join('\n', _log);

    public int ProcessId => _process!.Id;

    /// <summary>Variables of its own, for the next start.</summary>
    public Dictionary<string, string> Environment { get; } = [];

    /// <summary>Whether it runs.</summary>
    public bool IsRunning => _process is { HasExited: false };

    /// <summary>Starts it, and waits until it is ready.</summary>
    /// <param name="failPoint">Where it ends itself; null for one that lives.</param>
    public async Task Start(string? failPoint = null)
    {
        Launch(failPoint);
        await BeReady(failPoint);
    }

    /// <summary>Starts it, and waits for nothing.</summary>
    public void Launch(string? failPoint = null)
    {
        _process?.Dispose();
        _process = Coffee.StartWith(Environment, failPoint, arguments);
        _process.ErrorDataReceived += (_, line) => _log.Enqueue(line.Data ?? "");
        _process.BeginErrorReadLine();
    }

    /// <summary>Waits until it is ready.</summary>
    public async Task BeReady(string? failPoint = null)
    {
        var said = await _process!.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience);
        // One that dies at once may die before it is ready.
        Assert.True(said == "ready" || (failPoint is not null && said is null), $"coffee {string.Join(' ', arguments)} said \"{said}\" instead of ready:\n{Log}");
    }

    public void Send(Signal signal) => _process!.Send(signal);

    public override string ToString() => string.Join(' ', arguments.Take(2));

    /// <summary>Waits until it has ended itself.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> Death()
    {
        await _process!.WaitForExitAsync(TestContext.Current.CancellationToken);
        return _process.ExitCode;
    }

    /// <summary>SIGKILL, unless it is dead.</summary>
    public async Task Kill()
    {
        _process!.Kill();
        await Death();
    }

    /// <summary>Waits until it is paused.</summary>
    public async Task IsPaused()
    {
        var stat = "";
        await Eventually.Holds(
            () =>
            {
                stat = File.ReadAllText($"/proc/{ProcessId}/stat");
                // The state follows the name, which is in parentheses.
                return stat.Split(") ")[^1].StartsWith('T');
            },
            () => $"{this} is not paused: found {stat}, expected the state T.\n{Log}",
            Patience);
    }

    /// <summary>Waits until it has said something.</summary>
    /// <param name="part">What is looked for in a line.</param>
    public Task Says(string part) => Eventually.Holds(() => Log.Contains(part, StringComparison.Ordinal), () => $"{this} has not said \"{part}\".\n{Log}", Patience);

    /// <summary>SIGTERM, and the end that follows.</summary>
    public async Task<int> Stop()
    {
        Send(Signal.Terminate);
        return await Death().WaitAsync(Patience);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is null) return;
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }
}

internal static class Signals
{
    public static void Send(this Process process, Signal signal)
    {
        using var kill = Process.Start("kill", [$"-{(int)signal}", $"{process.Id}"]);
        kill.WaitForExit();
    }
}
