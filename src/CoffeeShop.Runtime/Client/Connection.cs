using System.IO.Pipelines;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using CoffeeShop.Protocol;

namespace CoffeeShop.Client;

/// <summary>A connection to a server. One may write while another reads.</summary>
internal sealed class Connection : IAsyncDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(15);

    private readonly Stream _stream;
    private readonly PipeReader _input;
    private readonly System.Buffers.ArrayBufferWriter<byte> _message = new();

    private Connection(Stream stream)
    {
        IsEncrypted = stream is SslStream;
        _stream = stream;
        _input = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 64 * 1024));
    }

    /// <summary>Whether it is encrypted.</summary>
    public bool IsEncrypted { get; }

    /// <summary>How many bytes have been written.</summary>
    public long BytesSent { get; private set; }

    /// <summary>How many bytes have been read.</summary>
    public long BytesReceived { get; private set; }

    /// <summary>Connects.</summary>
    /// <param name="server">Where to.</param>
    /// <param name="trust">Whom to trust; null for a connection without TLS.</param>
    /// <param name="stop">Ends the attempt.</param>
    /// <exception cref="ConnectionLostException">The server cannot be reached now.</exception>
    /// <exception cref="ClientException">The server cannot be trusted.</exception>
    public static async Task<Connection> OpenAsync(ServerAddress server, ServerTrust? trust, CancellationToken stop)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(stop);
        timeout.CancelAfter(ConnectTimeout);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(server.Host, server.Port, timeout.Token);
            WatchPeer(socket);
            Stream stream = new NetworkStream(socket, ownsSocket: true);
            return new Connection(trust is null ? stream : await SecureAsync(stream, server, trust, timeout.Token));
        }
        catch (Exception e)
        {
            socket.Dispose();
            if (e is AuthenticationException)
                throw new ClientException($"The server {server} cannot be trusted: {e.Message.TrimEnd('.')}. Check that it serves TLS and that --tls-ca names the authority of its certificate.");
            if (e is OperationCanceledException && !stop.IsCancellationRequested)
                throw new ConnectionLostException($"no answer within {ConnectTimeout.TotalSeconds:0} seconds");
            if (e is IOException or SocketException) throw new ConnectionLostException(e.Message);
            throw;
        }
    }

    /// <summary>Writes a message.</summary>
    public ValueTask WriteAsync(IMessage message, CancellationToken stop)
    {
        _message.ResetWrittenCount();
        FrameWriter.Write(_message, message);
        return WriteAsync(_message.WrittenMemory, stop);
    }

    /// <summary>Writes a frame, or several.</summary>
    /// <exception cref="ConnectionLostException">It cannot be written.</exception>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> frames, CancellationToken stop)
    {
        try
        {
            await _stream.WriteAsync(frames, stop);
            BytesSent += frames.Length;
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            throw new ConnectionLostException(e.Message);
        }
    }

    /// <summary>Waits for messages and handles all that have come, one after the other.</summary>
    /// <param name="handle">Handles a message, whose slices are gone afterwards; false ends the reading.</param>
    /// <param name="stop">Ends the waiting.</param>
    /// <returns>False when the server has closed the connection at the end of a message.</returns>
    /// <exception cref="ConnectionLostException">The connection broke.</exception>
    /// <exception cref="ProtocolException">What came is no message.</exception>
    public async Task<bool> ReadAsync(Func<IMessage, bool> handle, CancellationToken stop)
    {
        while (true)
        {
            ReadResult result;
            try
            {
                result = await _input.ReadAsync(stop);
            }
            catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
            {
                throw new ConnectionLostException(e.Message);
            }

            var buffer = result.Buffer;
            while (FrameReader.TryRead(ref buffer, Sender.Server, out var frame))
            {
                BytesReceived += Frame.HeaderBytes + frame.Body.Length;
                if (handle(frame.Read())) continue;
                _input.AdvanceTo(buffer.Start);
                return true;
            }

            if (result.IsCompleted) return buffer.IsEmpty ? false : throw new ConnectionLostException("the server closed the connection within a message");
            _input.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _input.CompleteAsync();
        await _stream.DisposeAsync();
    }

    /// <summary>A peer that is gone without a word, with its machine or its network, is noticed in half a minute, while one that is silent may be so for ever.</summary>
    private static void WatchPeer(Socket socket)
    {
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 15);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 5);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
    }

    private static async Task<Stream> SecureAsync(Stream stream, ServerAddress server, ServerTrust trust, CancellationToken stop)
    {
        var secure = new SslStream(stream);
        await secure.AuthenticateAsClientAsync(trust.OptionsFor(server.Host), stop);
        return secure;
    }
}
