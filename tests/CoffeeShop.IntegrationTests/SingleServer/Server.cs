using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using CoffeeShop.Tests;
using CoffeeShop.Tests.Cli;

namespace CoffeeShop.IntegrationTests.SingleServer;

/// <summary>A process of <c>coffee serve</c> that can be killed and started again over the same state, on the same ports.</summary>
internal sealed class Server : IAsyncDisposable
{
    private readonly string _state;
    private readonly string[] _options;
    private readonly ConcurrentQueue<string> _log = new();
    private readonly HttpClient _http = new();
    private Process? _process;

    /// <summary>A server that is not started.</summary>
    public Server(string state, params string[] options) => (_state, _options) = (state, options);

    public int Port { get; } = FreePort();

    public int HttpPort { get; } = FreePort();

    public string Address => $"127.0.0.1:{Port}";

    public string Http => $"http://127.0.0.1:{HttpPort}";

    /// <summary>What the server has said since the first start.</summary>
    public string Log => string.Join('\n', _log);

    /// <summary>Variables of its own, for the next start.</summary>
    public Dictionary<string, string> Environment { get; } = [];

    public int ProcessId => _process!.Id;

    public long MemoryBytes
    {
        get
        {
            _process!.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>How many files and sockets it has open.</summary>
    public int Handles => Directory.GetFileSystemEntries($"/proc/{_process!.Id}/fd").Length;

    public static async Task<Server> Start(string state, params string[] options)
    {
        var server = new Server(state, options);
        await server.Start();
        return server;
    }

    /// <summary>Starts the process and waits until clients may connect.</summary>
    /// <param name="failPoint">Where it ends itself; null for one that lives.</param>
    public async Task Start(string? failPoint = null)
    {
        Launch(failPoint);
        await BeReady();
    }

    /// <summary>Starts the process, and waits for nothing.</summary>
    public void Launch(string? failPoint = null)
    {
        var process = Coffee.StartWith(Environment, failPoint, ["serve", "--port", $"{Port}", "--http", $"127.0.0.1:{HttpPort}", "--state", _state, .. _options]);
        process.ErrorDataReceived += (_, line) => _log.Enqueue(line.Data ?? "");
        process.BeginErrorReadLine();
        _process = process;
    }

    /// <summary>Waits until clients may connect.</summary>
    public async Task BeReady()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromMinutes(1));
        var said = await _process!.StandardOutput.ReadLineAsync(patience.Token);
        Assert.True(said == "ready", $"the server said \"{said}\" instead of ready:\n{Log}");
    }

    /// <summary>Waits until it has ended itself.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> Death()
    {
        await _process!.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        return _process.ExitCode;
    }

    /// <summary>Waits until it has said something.</summary>
    /// <param name="part">What is looked for in the log.</param>
    public Task Says(string part) => Eventually.Holds(() => Log.Contains(part, StringComparison.Ordinal), () => $"The server has not said \"{part}\".\n{Log}", TimeSpan.FromMinutes(1));

    /// <summary>SIGKILL.</summary>
    public async Task Kill()
    {
        _process!.Kill();
        await Death();
    }

    /// <summary>SIGTERM, and the end that follows.</summary>
    public async Task<int> Stop()
    {
        using (var kill = Process.Start("sh", ["-c", $"kill -TERM {_process!.Id}"])) await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        return _process.ExitCode;
    }

    public Task<string> Get(string path) => _http.GetStringAsync($"{Http}{path}", TestContext.Current.CancellationToken);

    public Task<byte[]> GetBytes(string path) => _http.GetByteArrayAsync($"{Http}{path}", TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_process is null) return;
        try
        {
            if (!_process.HasExited) _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
        }
        catch (InvalidOperationException)
        {
            // It has just ended.
        }

        _process.Dispose();
    }

    /// <summary>A port that was free a moment ago; a test that loses it to somebody else fails with words.</summary>
    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
