using System.Net;
using CoffeeShop.Protocol;
using Microsoft.AspNetCore.Connections;

namespace CoffeeShop.Gateway;

/// <summary>The open connections: no more than are granted, and none of them longer than it may take.</summary>
internal sealed class ConnectionRegistry : IDisposable
{
    private static readonly TimeSpan WatchInterval = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly HashSet<ClientConnection> _connections = [];
    private readonly Dictionary<IPAddress, int> _perAddress = [];
    private readonly GatewayLimits _limits;
    private readonly TimeProvider _clock;
    private readonly ITimer _watch;
    private Ending? _stopped;

    public ConnectionRegistry(GatewayLimits limits, TimeProvider clock)
    {
        (_limits, _clock) = (limits, clock);
        _watch = clock.CreateTimer(_ => Each(connection => connection.Watch()), state: null, WatchInterval, WatchInterval);
    }

    /// <summary>The number of open connections.</summary>
    public int Count
    {
        get
        {
            lock (_lock) return _connections.Count;
        }
    }

    /// <summary>Takes a connection in.</summary>
    /// <returns>Null when there are too many, in all or of its address.</returns>
    public ClientConnection? Enter(ConnectionContext context)
    {
        var address = (context.RemoteEndPoint as IPEndPoint)?.Address ?? IPAddress.None;
        lock (_lock)
        {
            var ofAddress = _perAddress.GetValueOrDefault(address);
            if (_connections.Count >= _limits.Connections || ofAddress >= _limits.ConnectionsPerAddress) return null;
            _perAddress[address] = ofAddress + 1;
            var connection = new ClientConnection(context, address, _clock);
            _connections.Add(connection);
            if (_stopped is { } stopped) connection.Interrupt(stopped.Code, stopped.Text);
            return connection;
        }
    }

    /// <summary>Lets a connection go.</summary>
    public void Leave(ClientConnection connection)
    {
        lock (_lock)
        {
            if (!_connections.Remove(connection)) return;
            if (--_perAddress[connection.Address] == 0) _perAddress.Remove(connection.Address);
        }

        connection.Dispose();
    }

    /// <summary>Ends all connections, those to come as well.</summary>
    public void InterruptAll(ErrorCode code, string text)
    {
        lock (_lock) _stopped = new Ending(code, text);
        Each(connection => connection.Interrupt(code, text));
    }

    public void Dispose() => _watch.Dispose();

    private void Each(Action<ClientConnection> act)
    {
        ClientConnection[] connections;
        lock (_lock) connections = [.. _connections];
        foreach (var connection in connections) act(connection);
    }
}
