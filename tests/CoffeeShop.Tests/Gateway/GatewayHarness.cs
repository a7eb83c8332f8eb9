using System.Net;
using CoffeeShop.Bus;
using CoffeeShop.Bus.InMemory;
using CoffeeShop.Gateway;
using CoffeeShop.Observability;
using CoffeeShop.Storage;
using CoffeeShop.Tests.Observability;
using CoffeeShop.Workers;
using Microsoft.Extensions.Logging;

namespace CoffeeShop.Tests.Gateway;

/// <summary>A real gateway on ports of its own, with a real database in a temporary folder, the bus in memory and real workers.</summary>
internal sealed class GatewayHarness : IAsyncDisposable
{
    private readonly TemporaryFolder _folder;
    private readonly bool _ownsFolder;
    private readonly LockedWriter _log;
    private readonly ILoggerFactory _logs;
    private readonly IAsyncDisposable _workers;

    private GatewayHarness(TemporaryFolder folder, bool ownsFolder, IStorage storage, InMemoryBus bus, ILoggerFactory logs, LockedWriter log, IAsyncDisposable workers, GatewayServer server) =>
        (_folder, _ownsFolder, Storage, Bus, _logs, _log, _workers, Server) = (folder, ownsFolder, storage, bus, logs, log, workers, server);

    public IStorage Storage { get; }

    public InMemoryBus Bus { get; }

    public GatewayServer Server { get; }

    /// <summary>The limits of production, but for clients that stay after an error: no test waits for them.</summary>
    public static GatewayLimits Limits { get; } = new() { LingerTime = TimeSpan.FromMilliseconds(20) };

    /// <summary>What has been logged.</summary>
    public string Log => _log.Text;

    public static async Task<GatewayHarness> StartAsync(
        Func<GatewayOptions, GatewayOptions>? setUp = null, TimeProvider? clock = null, TemporaryFolder? folder = null, LogLevel level = LogLevel.Information,
        Func<IBus, IBus>? wrapBus = null, Func<ISessionStore, ISessionStore>? wrapSessions = null)
    {
        clock ??= TimeProvider.System;
        var options = new GatewayOptions { Address = new IPEndPoint(IPAddress.Loopback, 0), HttpAddress = new IPEndPoint(IPAddress.Loopback, 0), IsOnlyGateway = true, Limits = Limits };
        var log = new LockedWriter();
        var logs = LineLoggerProvider.NewFactory(log, level, clock);
        var state = folder ?? new TemporaryFolder();
        var storage = StateFolder.Open(state["state"], clock);
        var bus = new InMemoryBus();
        var workers = WorkerGroup.StartAll(bus, storage, new WorkerOptions(), TimeProvider.System, logs.CreateLogger("Workers"));
        var server = await GatewayServer.StartAsync(setUp?.Invoke(options) ?? options, wrapSessions?.Invoke(storage) ?? storage, wrapBus?.Invoke(bus) ?? bus, clock, logs);
        return new GatewayHarness(state, folder is null, storage, bus, logs, log, workers, server);
    }

    public Task<RawClient> ConnectAsync() => RawClient.ConnectAsync(Server.Address);

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await _workers.DisposeAsync();
        await Bus.DisposeAsync();
        await Storage.DisposeAsync();
        _logs.Dispose();
        await _log.DisposeAsync();
        if (_ownsFolder) _folder.Dispose();
    }
}
