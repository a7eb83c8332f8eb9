using System.Collections.Concurrent;
using System.Diagnostics;
using CoffeeShop.Services;
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

    /// <summary>Whether it runs.</summary>
    public bool IsRunning => _process is { HasExited: false };

    /// <summary>Starts it, and waits until it is ready.</summary>
    /// <param name="failPoint">Where it ends itself; null for one that lives.</param>
    public async Task Start(string? failPoint = null)
    {
        _process = Coffee.StartToDie(failPoint, arguments);
        _process.ErrorDataReceived += (_, line) => _log.Enqueue(line.Data ?? "");
        _process.BeginErrorReadLine();
        var said = await _process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience);
        // One that dies at once may die before it is ready.
        Assert.True(said == "ready" || (failPoint is not null && said is null), $"coffee {string.Join(' ', arguments)} said \"{said}\" instead of ready:\n{Log}");
    }

    public void Send(Signal signal) => Process.Start("kill", [$"-{(int)signal}", $"{ProcessId}"]).WaitForExit();

    /// <summary>Waits until it has ended itself.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> Death()
    {
        await _process!.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience);
        return _process.ExitCode;
    }

    /// <summary>SIGKILL.</summary>
    public async Task Kill()
    {
        _process!.Kill();
        await Death();
    }

    /// <summary>SIGTERM, and the end that follows.</summary>
    public async Task<int> Stop()
    {
        Send(Signal.Terminate);
        return await Death();
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is null) return;
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }
}
