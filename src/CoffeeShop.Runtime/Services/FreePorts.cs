using System.Net;
using System.Net.Sockets;

namespace CoffeeShop.Services;

/// <summary>Ports for private servers, which are started again on the same port.</summary>
internal static class FreePorts
{
    // Below those that the system gives to outgoing connections: one of those could take a port while its server is away.
    private const int Min = 20000, Max = 32767;
    private const int TriesMax = 1000;

    /// <summary>Ports of this machine alone that were free a moment ago, all different.</summary>
    /// <param name="count">How many.</param>
    /// <exception cref="ServiceException">There are not as many.</exception>
    public static int[] Find(int count)
    {
        // All are held at once, or the second could be the first again.
        List<TcpListener> listeners = [];
        try
        {
            for (var tries = 0; tries < TriesMax && listeners.Count < count; tries++)
                if (TryListen(Random.Shared.Next(Min, Max + 1)) is { } listener) listeners.Add(listener);
            return listeners.Count == count
                ? [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)]
                : throw new ServiceException($"{count} free ports of 127.0.0.1 were looked for between {Min} and {Max}, and {listeners.Count} were found.");
        }
        finally
        {
            foreach (var listener in listeners) listener.Dispose();
        }
    }

    private static TcpListener? TryListen(int port)
    {
        var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return listener;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
        {
            listener.Dispose();
            return null;
        }
    }
}
