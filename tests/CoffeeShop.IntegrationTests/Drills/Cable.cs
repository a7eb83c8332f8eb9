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

    public Cable(int port)
    {
        _port = port;
        _gate.SetResult();
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

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
            while (true)
            {
                var near = await _listener.AcceptSocketAsync();
                var far = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                lock (_sockets) _sockets.AddRange([near, far]);
                await far.ConnectAsync(IPAddress.Loopback, _port);
                _ = PassAsync(near, far, isToServer: true);
                _ = PassAsync(far, near, isToServer: false);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over, or the server is.
        }
    }

    private async Task PassAsync(Socket from, Socket to, bool isToServer)
    {
        var isDeaf = false;
        var buffer = new byte[64 << 10];
        try
        {
            while (await from.ReceiveAsync(buffer) is > 0 and var count)
            {
                await _gate.Task;
                if (_bytesPerSecond is > 0 and var rate) await Task.Delay(TimeSpan.FromSeconds((double)count / rate));
                if (isDeaf |= _losesAnswers && !isToServer) continue;
                if (isToServer && Interlocked.Add(ref _untilCut, -count) < 0)
                {
                    Interlocked.Exchange(ref _untilCut, long.MaxValue);
                    // A part of what came arrives, and then nothing.
                    await to.SendAsync(buffer.AsMemory(0, count / 2));
                    Cut(resets: true);
                    break;
                }

                for (var sent = 0; sent < count;) sent += await to.SendAsync(buffer.AsMemory(sent, count - sent));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Cut, or ended by one of the sides.
        }

        from.Dispose();
        to.Dispose();
    }
}
