using System.Net;
using System.Net.Sockets;
using CoffeeShop.Services;

namespace CoffeeShop.IntegrationTests.Cluster;

/// <summary>Stands between a client and a server, and loses the answer to a commit when it is told to: the server has done it, and the client does not learn it.</summary>
internal sealed class LossyProxy : IAsyncDisposable
{
    // With the end of the text: READ COMMITTED is something else.
    private static readonly byte[] Commit = "COMMIT\0"u8.ToArray();

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly PostgresService _server;
    private readonly Task _accepting;
    private volatile bool _losesCommit;
    private int _lost;

    public LossyProxy(PostgresService server)
    {
        _server = server;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>How many answers were lost.</summary>
    public int Lost => Volatile.Read(ref _lost);

    /// <summary>The next answer to a commit is lost, with its connection.</summary>
    public void LoseNextCommit() => _losesCommit = true;

    /// <summary>The address of a database, as seen through this.</summary>
    public string Through(string address) =>
        new UriBuilder(address) { Port = ((IPEndPoint)_listener.LocalEndpoint).Port }.Uri.AbsoluteUri;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true) connections.Add(PassOnAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task PassOnAsync(TcpClient client)
    {
        using (client)
        using (var server = new TcpClient { NoDelay = true })
        {
            client.NoDelay = true;
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _server.Port, _stop.Token);
                var isLost = false;
                // Whichever side ends first ends both.
                await await Task.WhenAny(
                    CopyAsync(client, server, bytes => isLost |= TakesCommit(bytes.Span)),
                    CopyAsync(server, client, _ => isLost && Interlocked.Increment(ref _lost) > 0));
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // One of the two has gone.
            }
        }
    }

    private bool TakesCommit(ReadOnlySpan<byte> bytes)
    {
        if (!_losesCommit || bytes.IndexOf(Commit) < 0) return false;
        _losesCommit = false;
        return true;
    }

    // Ends without passing the bytes on when the server's answer is to be lost.
    private async Task CopyAsync(TcpClient from, TcpClient to, Func<ReadOnlyMemory<byte>, bool> sees)
    {
        var buffer = new byte[64 << 10];
        while (await from.GetStream().ReadAsync(buffer, _stop.Token) is var read and > 0)
        {
            var isFromServer = from.Client.RemoteEndPoint is IPEndPoint end && end.Port == _server.Port;
            if (sees(buffer.AsMemory(0, read)) && isFromServer) return;
            await to.GetStream().WriteAsync(buffer.AsMemory(0, read), _stop.Token);
        }
    }
}
