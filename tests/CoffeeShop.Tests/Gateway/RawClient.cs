using System.Buffers;
using System.Net;
using System.Net.Sockets;
using CoffeeShop.Delivery;
using CoffeeShop.Protocol;
using CoffeeShop.Queries;
using CoffeeShop.Tables;

namespace CoffeeShop.Tests.Gateway;

/// <summary>A client that sends what it is told to, and shows what comes.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly Socket _socket;
    private readonly CancellationTokenSource _patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private byte[] _received = new byte[4096];
    private int _length;

    private RawClient(Socket socket)
    {
        _socket = socket;
        _patience.CancelAfter(TimeSpan.FromSeconds(30));
    }

    public static async Task<RawClient> ConnectAsync(IPEndPoint address, int? receiveBufferBytes = null)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (receiveBufferBytes is { } bytes) socket.ReceiveBufferSize = bytes;
        await socket.ConnectAsync(address, TestContext.Current.CancellationToken);
        return new RawClient(socket);
    }

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0) bytes = bytes[await _socket.SendAsync(bytes, _patience.Token)..];
    }

    public Task SendAsync(params IMessage[] messages)
    {
        var bytes = new ArrayBufferWriter<byte>();
        foreach (var message in messages) FrameWriter.Write(bytes, message);
        return SendAsync(bytes.WrittenMemory);
    }

    /// <summary>How many bytes the server takes before it stops reading, at most so many.</summary>
    public int SendUntilFull(byte[] bytes, int bytesMax)
    {
        _socket.SendTimeout = 500;
        var sent = 0;
        try
        {
            while (sent < bytesMax) sent += _socket.Send(bytes.AsSpan(sent % bytes.Length), SocketFlags.None);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock or SocketError.TryAgain)
        {
            // Full.
        }

        return sent;
    }

    /// <summary>The next message; null when the server has closed the connection.</summary>
    public async Task<IMessage?> ReceiveAsync()
    {
        while (true)
        {
            var rest = new ReadOnlySequence<byte>(_received.AsMemory(0, _length));
            if (FrameReader.TryRead(ref rest, Sender.Server, out var frame))
            {
                // A copy, since the buffer goes on to be used.
                var message = new Frame(frame.Opcode, new ReadOnlySequence<byte>(frame.Body.ToArray())).Read();
                rest.ToArray().CopyTo(_received.AsSpan());
                _length = (int)rest.Length;
                return message;
            }

            if (_length == _received.Length) Array.Resize(ref _received, 2 * _length);
            int count;
            try
            {
                count = await _socket.ReceiveAsync(_received.AsMemory(_length), _patience.Token);
            }
            catch (SocketException)
            {
                return null;
            }

            if (count == 0) return null;
            _length += count;
        }
    }

    /// <summary>The next message, which has to be of a kind.</summary>
    public async Task<T> ReceiveAsync<T>() where T : class, IMessage
    {
        var message = await ReceiveAsync();
        return message as T ?? throw new InvalidOperationException($"Received {message?.ToString() ?? "the end"}, expected {typeof(T).Name}.");
    }

    /// <summary>The next message that is no progress.</summary>
    public async Task<IMessage?> ReceiveAnswerAsync()
    {
        while (true)
        {
            if (await ReceiveAsync() is not ServerProgress and var message) return message;
        }
    }

    /// <summary>The error that ends the connection.</summary>
    public async Task<ErrorMessage> ReceiveErrorAsync()
    {
        while (true)
        {
            switch (await ReceiveAsync())
            {
                case ErrorMessage error:
                    Assert.Null(await ReceiveAsync());
                    return error;
                case null:
                    throw new InvalidOperationException("The server closed the connection without a word.");
                default:
                    continue;
            }
        }
    }

    public void CloseSending() => _socket.Shutdown(SocketShutdown.Send);

    public void Dispose()
    {
        _socket.Dispose();
        _patience.Dispose();
    }

    public static Hello Hello(string token = "", SessionKey? session = null, long offset = 0, byte fingerprint = 1, QueryOptions? options = null) =>
        new("agencia-1", token, session, options ?? QueryOptions.Default, new Bytes32([.. Enumerable.Repeat(fingerprint, 32)]), offset);

    /// <summary>A batch of version 2.</summary>
    public static Columns Columns(Batch batch, long number, BatchStatus status = BatchStatus.Continue)
    {
        var rows = new ArrayBufferWriter<byte>();
        ColumnarCodec.Write(batch, rows);
        return new Columns(batch.Table, number, status, ContentHash.Of(rows.WrittenSpan), new ReadOnlySequence<byte>(rows.WrittenMemory));
    }

    /// <summary>The end of a table of version 2.</summary>
    public static EndOfTable End(Table table, params Columns[] batches) =>
        new(table, batches.Length, batches.Aggregate(0UL, (sum, batch) => unchecked(sum + batch.Hash)));
}
