using System.Net;
using System.Net.Sockets;

namespace CoffeeShop.Services;

/// <summary>Ports for private servers.</summary>
internal static class FreePorts
{
    /// <summary>Ports of this machine alone that were free a moment ago, all different.</summary>
    /// <param name="count">How many.</param>
    public static int[] Find(int count)
    {
        // All are held at once, or the second could be the first again.
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        try
        {
            foreach (var listener in listeners) listener.Start();
            return [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        }
        finally
        {
            foreach (var listener in listeners) listener.Dispose();
        }
    }
}
