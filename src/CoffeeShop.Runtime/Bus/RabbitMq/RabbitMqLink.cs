using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace CoffeeShop.Bus.RabbitMq;

/// <summary>
/// A connection that is made again when it is lost. The recovery of the client library is off: it would put old channels on
/// new connections, with the numbers of deliveries and confirms of the old ones.
/// </summary>
/// <param name="purpose">What it is for.</param>
/// <param name="options">The broker, and the pauses.</param>
/// <param name="log">Gets what happens to it.</param>
internal sealed class RabbitMqLink(string purpose, RabbitMqOptions options, ILogger log) : IAsyncDisposable
{
    /// <summary>For a channel that does not publish.</summary>
    public static readonly CreateChannelOptions Plain = new(publisherConfirmationsEnabled: false, publisherConfirmationTrackingEnabled: false);

    private readonly SemaphoreSlim _connecting = new(1, 1);
    private readonly CancellationTokenSource _closing = new();
    private IConnection? _connection;

    /// <summary>Is told whether the broker blocks whoever publishes; a new connection is not blocked until it says so.</summary>
    public Action<bool> OnBlocked { get; set; } = _ => { };

    /// <summary>The address of the broker.</summary>
    public RabbitMqAddress Address => options.Address;

    /// <summary>Connects once, with an error that tells what is wrong.</summary>
    /// <exception cref="BusSetupException">It is not possible.</exception>
    public async Task ConnectAsync() => Use(await RabbitMqConnecting.ConnectAsync(options, purpose));

    /// <summary>Opens a channel on the connection, which is made first if need be, however long that takes.</summary>
    /// <param name="channelOptions">What the channel is for.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="BusException">The bus is closed.</exception>
    public async Task<IChannel> OpenChannelAsync(CreateChannelOptions channelOptions, CancellationToken cancellationToken)
    {
        for (var failures = 0; ;)
        {
            try
            {
                var connection = await ConnectedAsync(cancellationToken);
                return await connection.CreateChannelAsync(channelOptions, cancellationToken);
            }
            catch (OperationCanceledException) when (_closing.IsCancellationRequested)
            {
                throw new BusException("The bus has been closed.");
            }
            catch (Exception e) when (e is BusSetupException || RabbitMqErrors.IsTrouble(e))
            {
                // Also what does not pass by itself, like a password that has been changed, is tried again: whoever looks at
                // the log can change it back, and nothing is lost meanwhile.
                cancellationToken.ThrowIfCancellationRequested();
                var pause = options.PauseAfter(++failures, options.ReconnectPauseMax);
                log.Reconnecting(purpose, failures, pause.TotalMilliseconds, e.Message);
                using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);
                await Task.Delay(pause, end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                cancellationToken.ThrowIfCancellationRequested();
                if (_closing.IsCancellationRequested) throw new BusException("The bus has been closed.");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _connecting.WaitAsync();
        if (_connection is not null) await RabbitMqConnecting.CloseAsync(_connection);
        _connection = null;
        _connecting.Release();
    }

    private async Task<IConnection> ConnectedAsync(CancellationToken cancellationToken)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);
        await _connecting.WaitAsync(end.Token);
        try
        {
            end.Token.ThrowIfCancellationRequested();
            if (_connection is { IsOpen: true } open) return open;
            if (_connection is { } lost) await RabbitMqConnecting.CloseAsync(lost);
            _connection = null;
            Use(await RabbitMqConnecting.ConnectAsync(options with { ConnectPatience = TimeSpan.Zero }, purpose));
            return _connection!;
        }
        finally
        {
            _connecting.Release();
        }
    }

    private void Use(IConnection connection)
    {
        connection.ConnectionShutdownAsync += (_, shutdown) =>
        {
            if (!_closing.IsCancellationRequested) log.ConnectionLost(purpose, shutdown.ReplyText);
            return Task.CompletedTask;
        };
        connection.ConnectionBlockedAsync += (_, blocked) =>
        {
            log.Blocked(purpose, blocked.Reason);
            OnBlocked(true);
            return Task.CompletedTask;
        };
        connection.ConnectionUnblockedAsync += (_, _) =>
        {
            log.Unblocked(purpose);
            OnBlocked(false);
            return Task.CompletedTask;
        };
        log.Connected(purpose, $"{options.Address}");
        _connection = connection;
        OnBlocked(false);
    }
}
