using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using CoffeeShop.Client;
using CoffeeShop.Protocol;

namespace CoffeeShop.Tests.Client;

/// <summary>A server that does with each of its connections what a test says, over real sockets.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentQueue<Exception> _failures = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly Task _accepting;

    /// <summary>Begins to listen.</summary>
    /// <param name="script">Handles a connection, which is closed afterwards; gets its number from 1.</param>
    /// <param name="certificate">Encrypts the connections; null for none.</param>
    public ScriptedServer(Func<int, Peer, Task> script, X509Certificate2? certificate = null)
    {
        _listener.Start();
        _accepting = AcceptAsync(script, certificate);
    }

    public ServerAddress Address => new("127.0.0.1", ((IPEndPoint)_listener.LocalEndpoint).Port);

    /// <summary>How many connections there were.</summary>
    public int Connections { get; private set; }

    /// <summary>Throws what went wrong in a script.</summary>
    public void Check() => Assert.Empty(_failures);

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _accepting;
        _listener.Dispose();
        _ending.Dispose();
    }

    private async Task AcceptAsync(Func<int, Peer, Task> script, X509Certificate2? certificate)
    {
        while (true)
        {
            Socket socket;
            try
            {
                socket = await _listener.AcceptSocketAsync(_ending.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            try
            {
                await using var peer = await Peer.OpenAsync(socket, certificate);
                await script(++Connections, peer);
            }
            catch (Exception e) when (e is IOException or AuthenticationException)
            {
                // The client has left, or did not trust.
            }
            catch (Exception e)
            {
                _failures.Enqueue(e);
            }
        }
    }
}

/// <summary>The server's end of a connection.</summary>
internal sealed class Peer(Stream stream) : IAsyncDisposable
{
    public static async Task<Peer> OpenAsync(Socket socket, X509Certificate2? certificate)
    {
        var stream = new NetworkStream(socket, ownsSocket: true);
        if (certificate is null) return new Peer(stream);
        var secure = new SslStream(stream);
        await secure.AuthenticateAsServerAsync(certificate);
        return new Peer(secure);
    }

    /// <summary>Reads a message; null when the client has closed the connection.</summary>
    public async Task<IMessage?> ReadAsync()
    {
        var header = new byte[Frame.HeaderBytes];
        if (await stream.ReadAtLeastAsync(header, header.Length, throwOnEndOfStream: false) < header.Length) return null;
        var frame = new byte[header.Length + BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(1))];
        header.CopyTo(frame, 0);
        await stream.ReadExactlyAsync(frame.AsMemory(header.Length));
        return Frame.Of(frame, Sender.Client).Read();
    }

    public async Task WriteAsync(IMessage message)
    {
        var frame = new System.Buffers.ArrayBufferWriter<byte>();
        FrameWriter.Write(frame, message);
        await stream.WriteAsync(frame.WrittenMemory);
    }

    /// <summary>Reads to the end, so that closing takes nothing of what was written from the client.</summary>
    public async Task DrainAsync()
    {
        while (await ReadAsync() is not null)
        {
        }
    }

    public ValueTask DisposeAsync() => stream.DisposeAsync();
}
