using System.Net;
using System.Net.Sockets;

namespace CoffeeShop.IntegrationTests.Drills;

/// <summary>A way to a server that a test can cut, narrow, or let hang as a dead network or the connection of a paused process does.</summary>
internal sealed class Cable : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<Socket> _sockets = [];
    private readonly int _port;
    private volatile TaskCompletionSource _gate = new();
    private readonly Task _accepting;
    private long _untilCut = long.MaxValue;
    private volatile int _bytesPerSecond;
    private volatile bool _losesAnswers;
    private byte[]? _request;
    private int _lost;

    public Cable(int port)
    {
        _port = port;
        _gate.SetResult();
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How many answers were lost by <see cref="LoseAnswerTo"/>.</summary>
    public int Lost => Volatile.Read(ref _lost);

    /// <summary>The address of a server, as seen through this.</summary>
    public string Through(string address) => new UriBuilder(address) { Port = Port }.Uri.AbsoluteUri;

    /// <summary>Nothing passes any more, and nobody is told.</summary>
    public void Hang() => _gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Everything passes again, what has gathered first.</summary>
    public void Release() => _gate.TrySetResult();

    /// <summary>Ends all connections. New ones may be made.</summary>
    /// <param name="resets">Whether both sides get a reset and no orderly end.</param>
    public void Cut(bool resets = false)
    {
        lock (_sockets)
        {
            foreach (var socket in _sockets)
            {
                if (resets) socket.LingerState = new LingerOption(enable: true, seconds: 0);
                socket.Dispose();
            }

            _sockets.Clear();
        }
    }

    /// <summary>Cuts all connections when so many more bytes have passed to the server: most likely within a frame.</summary>
    public void CutAfter(long bytes) => Interlocked.Exchange(ref _untilCut, bytes);

    /// <summary>No more bytes pass in a second, in either direction; 0 for as many as there are.</summary>
    public void Throttle(int bytesPerSecond) => _bytesPerSecond = bytesPerSecond;

    /// <summary>Half open: what the client says arrives, and nothing comes back any more on the connections there are.</summary>
    public void LoseAnswers() => _losesAnswers = true;

    /// <summary>New connections are whole again.</summary>
    public void Mend() => _losesAnswers = false;

    /// <summary>The next answer to a request with these bytes in it is lost, with its connection: the server has done it, and the client does not learn it.</summary>
    public void LoseAnswerTo(byte[] request) => Volatile.Write(ref _request, request);

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        Cut();
        Release();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = ConnectAsync(await _listener.AcceptSocketAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ConnectAsync(Socket near)
    {
        using (near)
        using (var far = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true })
        {
            near.NoDelay = true;
            lock (_sockets) _sockets.AddRange([near, far]);
            try
            {
                await far.ConnectAsync(IPAddress.Loopback, _port);
                var line = new Line();
                // Whichever side ends first ends both.
                await await Task.WhenAny(ToServerAsync(line, near, far), FromServerAsync(line, far, near));
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // Cut, or ended by one of the sides; or the server is not there.
            }

            lock (_sockets) _sockets.RemoveAll(socket => socket == near || socket == far);
        }
    }

    private Task ToServerAsync(Line line, Socket near, Socket far) => PassAsync(near, far, async bytes =>
    {
        if (_request is { } request && bytes.Span.IndexOf(request) >= 0 && Interlocked.CompareExchange(ref _request, null, request) == request) line.LosesAnswer = true;
        if (Interlocked.Add(ref _untilCut, -bytes.Length) >= 0) return true;
        Interlocked.Exchange(ref _untilCut, long.MaxValue);
        // A part of what came arrives, and then nothing.
        await far.SendAsync(bytes[..(bytes.Length / 2)]);
        Cut(resets: true);
        return false;
    });

    private Task FromServerAsync(Line line, Socket far, Socket near) => PassAsync(far, near, _ =>
    {
        if (line.LosesAnswer)
        {
            Interlocked.Increment(ref _lost);
            throw new SocketException((int)SocketError.ConnectionAborted);
        }

        return ValueTask.FromResult(!(line.IsDeaf |= _losesAnswers));
    });

    /// <summary>Passes on what comes, if it is to arrive.</summary>
    private async Task PassAsync(Socket from, Socket to, Func<ReadOnlyMemory<byte>, ValueTask<bool>> arrives)
    {
        var buffer = new byte[64 << 10];
        while (await from.ReceiveAsync(buffer) is > 0 and var count)
        {
            await _gate.Task;
            if (_bytesPerSecond is > 0 and var rate) await Task.Delay(TimeSpan.FromSeconds((double)count / rate));
            if (!await arrives(buffer.AsMemory(0, count))) continue;
            for (var sent = 0; sent < count;) sent += await to.SendAsync(buffer.AsMemory(sent, count - sent));
        }
    }

    /// <summary>What happens to one connection.</summary>
    private sealed class Line
    {
        public volatile bool LosesAnswer;
        public volatile bool IsDeaf;
    }
}
