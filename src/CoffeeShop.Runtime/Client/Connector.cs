using Microsoft.Extensions.Logging;

namespace CoffeeShop.Client;

/// <summary>Connects, again and again as long as the retries last, and keeps count of all connections.</summary>
internal sealed class Connector(ClientOptions options, RetryPolicy retry, ILogger logger, TimeProvider clock)
{
    private readonly List<Connection> _connections = [];

    /// <summary>How many connections there have been.</summary>
    public int Count => _connections.Count;

    /// <summary>Bytes written to all of them.</summary>
    public long BytesSent => _connections.Sum(connection => connection.BytesSent);

    /// <summary>Bytes read from all of them.</summary>
    public long BytesReceived => _connections.Sum(connection => connection.BytesReceived);

    /// <summary>Connects.</summary>
    /// <exception cref="ClientException">The server cannot be reached or trusted.</exception>
    public async Task<Connection> ConnectAsync(CancellationToken stop)
    {
        while (true)
        {
            try
            {
                var connection = await Connection.OpenAsync(options.Server, options.Trust, stop);
                ClientLog.Connected(logger, options.ClientId, retry.Attempt);
                _connections.Add(connection);
                return connection;
            }
            catch (ConnectionLostException e)
            {
                ClientLog.NotConnected(logger, options.ClientId, retry.Attempt, e.Message);
                await WaitAsync(e.Message, stop);
            }
        }
    }

    /// <summary>Waits until the next attempt.</summary>
    /// <param name="reason">Why the last one failed.</param>
    /// <param name="stop">Ends the waiting.</param>
    /// <exception cref="ClientException">There are no attempts left.</exception>
    public async Task WaitAsync(string reason, CancellationToken stop)
    {
        if (retry.Fail() is not { } wait)
            throw new ClientException($"The server {options.Server} could not be worked with in {Units(options.Retry.Attempts)}: {reason}. Check that it runs and that --server is right.");
        ClientLog.Retrying(logger, options.ClientId, retry.Attempt, (long)wait.TotalMilliseconds);
        await Task.Delay(wait, clock, stop);
    }

    private static string Units(int attempts) => attempts == 1 ? "one attempt" : $"{attempts} attempts";
}
