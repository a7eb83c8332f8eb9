using System.Net;
using System.Net.Sockets;

namespace CoffeeShop.Services;

/// <summary>Ports for private servers, which are started again on the same port.</summary>
internal static class PrivatePort
{
    // Below those that the system gives to outgoing connections: one of those could take the port while the server is away.
    private const int Min = 20000, Max = 32767;
    private const int TriesMax = 100;

    /// <summary>A port of 127.0.0.1 that nobody listens on now.</summary>
    /// <exception cref="ServiceException">None was found.</exception>
    public static int Find()
    {
        for (var tries = 0; tries < TriesMax; tries++)
        {
            var port = Random.Shared.Next(Min, Max + 1);
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
            {
                // The next one.
            }
        }

        throw new ServiceException($"No free port of 127.0.0.1 was found between {Min} and {Max}.");
    }
}
