using System.Buffers;
using System.Net;
using CoffeeShop.Bus;
using CoffeeShop.Observability;
using CoffeeShop.Protocol;
using CoffeeShop.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CoffeeShop.Gateway;

/// <summary>
/// A gateway: takes in what clients send, and gives them their results. Its state is its sockets; everything else is in the
/// storage, so that a client may go on with another gateway.
/// </summary>
public sealed class GatewayServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly GatewayContext _gateway;
    private readonly ConnectionRegistry _connections;
    private readonly ListenOptions[] _listeners;
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _isStopping;

    private GatewayServer(WebApplication app, GatewayContext gateway, ConnectionRegistry connections, ListenOptions[] listeners)
    {
        (_app, _gateway, _connections, _listeners) = (app, gateway, connections, listeners);
        app.Lifetime.ApplicationStopping.Register(_stopped.SetResult);
    }

    /// <summary>Where clients connect.</summary>
    public IPEndPoint Address => _listeners[0].IPEndPoint!;

    /// <summary>Where sessions and results are asked for.</summary>
    public IPEndPoint HttpAddress => _listeners[1].IPEndPoint!;

    /// <summary>The number of open connections of clients.</summary>
    public int Connections => _connections.Count;

    /// <summary>What its sockets read into.</summary>
    internal MemoryPool<byte> Blocks => _app.Services.GetRequiredService<IMemoryPoolFactory<byte>>().Create();

    /// <summary>Starts a gateway. Clients may connect when the task has completed.</summary>
    /// <param name="options">How it is set up.</param>
    /// <param name="sessions">The registry of sessions, and their results.</param>
    /// <param name="bus">Gets the batches.</param>
    /// <param name="clock">Tells the time, for the gateway and for its sessions.</param>
    /// <param name="logs">Gets what it tells.</param>
    /// <exception cref="IOException">It cannot listen at an address.</exception>
    /// <exception cref="StorageException">The storage is in trouble.</exception>
    public static async Task<GatewayServer> StartAsync(GatewayOptions options, ISessionStore sessions, IBus bus, TimeProvider clock, ILoggerFactory logs)
    {
        var gateway = new GatewayContext(options, sessions, bus, clock, logs.CreateLogger("Gateway"));
        var connections = new ConnectionRegistry(options.Limits, clock);
        var listeners = new ListenOptions[2];
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = typeof(GatewayServer).Assembly.GetName().Name });
        builder.Services.AddSingleton(logs);
        builder.Services.AddSingleton(gateway);
        builder.Services.AddSingleton(connections);
        // Signals are the business of the command.
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = 2 * options.Limits.StopTime);
        builder.Services.AddRoutingCore();
        builder.Services.AddHostedService<SessionCaretaker>();
        builder.WebHost.UseKestrelCore().UseSockets(sockets => sockets.Backlog = options.ListenBacklog).ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 0;
            kestrel.Limits.MaxConcurrentConnections = options.Limits.Connections + HttpApi.ConnectionsMax;
            kestrel.Listen(options.Address, listen =>
            {
                listeners[0] = listen;
                if (options.Certificate is { } certificate) listen.UseHttps(certificate);
                listen.UseConnectionHandler<ClientConnectionHandler>();
            });
            kestrel.Listen(options.HttpAddress, listen =>
            {
                listeners[1] = listen;
                listen.Protocols = HttpProtocols.Http1;
                if (options.Certificate is { } certificate && !IPAddress.IsLoopback(options.HttpAddress.Address)) listen.UseHttps(certificate);
            });
        });
        if (options.Certificate is not null) builder.WebHost.UseKestrelHttpsConfiguration();
        // Kestrel has registered its own, of 4 KiB, and the last one counts.
        builder.Services.AddSingleton<IMemoryPoolFactory<byte>, LargeBlocks>();

        var app = builder.Build();
        HttpApi.Map(app, gateway);
        try
        {
            await app.StartAsync();
        }
        catch (Exception e)
        {
            connections.Dispose();
            await app.DisposeAsync();
            if (e is IOException) throw new IOException($"The gateway cannot listen. {e.Message.Replace("http://", "", StringComparison.Ordinal)} Stop what has the port, or choose other ports.", e);
            throw;
        }

        var server = new GatewayServer(app, gateway, connections, listeners);
        GatewayLog.Listening(gateway.Log, server.Address, server.HttpAddress, options.Certificate is not null);
        if (options.Tokens is null)
        {
            foreach (var address in new[] { server.Address, server.HttpAddress }.Where(address => !IPAddress.IsLoopback(address.Address)))
                GatewayLog.ListeningWithoutTokens(gateway.Log, address);
        }

        return server;
    }

    /// <summary>Completes when the gateway stops, also when it does so by itself.</summary>
    public Task Stopped => _stopped.Task;

    /// <summary>
    /// Stops: no new connections, frames in flight are acknowledged, clients are told, and their sessions stay to be resumed.
    /// </summary>
    public async Task StopAsync()
    {
        if (Interlocked.Exchange(ref _isStopping, 1) != 0) return;
        GatewayLog.Stopping(_gateway.Log, _connections.Count);
        _connections.InterruptAll(ErrorCode.ShuttingDown, "The server is shutting down; connect again and resume.");
        await _app.StopAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _app.DisposeAsync();
        _connections.Dispose();
    }
}
