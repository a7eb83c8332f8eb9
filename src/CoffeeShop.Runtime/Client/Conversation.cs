using CoffeeShop.Delivery;
using CoffeeShop.Observability;
using CoffeeShop.Protocol;
using Microsoft.Extensions.Logging;

namespace CoffeeShop.Client;

/// <summary>What a client and a server say over one connection after the handshake, if there is one; the client receives while it sends.</summary>
/// <param name="connection">The connection.</param>
/// <param name="window">What may be on its way, and what need not be sent.</param>
/// <param name="progress">Told of what the server has.</param>
/// <param name="retry">Told of progress.</param>
/// <param name="patience">Told of what is heard.</param>
/// <param name="logger">Told of what is sent.</param>
internal abstract class Conversation(Connection connection, SendWindow window, ClientProgress progress, RetryPolicy retry, Patience patience, ILogger logger)
{
    /// <summary>A server that closes a connection says why just before; that is worth more than the broken pipe.</summary>
    private static readonly TimeSpan LastWordsTimeout = TimeSpan.FromSeconds(2);

    private readonly Unacknowledged _unacknowledged = new(window, progress.Times);
    private volatile bool _hasSaidAll;
    private volatile bool _isHeard;

    /// <summary>Whether the client has said everything.</summary>
    protected bool HasSaidAll => _hasSaidAll;

    /// <summary>Says everything and hears everything.</summary>
    /// <param name="send">Sends the input.</param>
    /// <param name="lastWord">What is said when it has been sent and acknowledged, or is refused.</param>
    /// <param name="stop">Ends the conversation.</param>
    /// <exception cref="ConnectionLostException">It was not finished.</exception>
    public async Task RunAsync(Func<Upload, CancellationToken, Task<SentInput>> send, Func<SentInput, IMessage> lastWord, CancellationToken stop)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var receiving = ReceiveAsync(ending);
        var telling = patience.TellAsync(() => _isHeard || !_unacknowledged.IsEmpty, ending.CancelAsync, ending.Token);
        try
        {
            await SayAsync(send, lastWord, ending.Token);
            await receiving;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            if (patience.IsLost) throw new ConnectionLostException("the server has been silent for too long");
            // The receiving has ended before, and tells why.
            await receiving;
            if (!_isHeard) throw new ConnectionLostException("the server ended the session before everything was said");
        }
        catch (ConnectionLostException)
        {
            await Task.WhenAny(receiving, Task.Delay(LastWordsTimeout, stop));
            if (receiving.IsFaulted) await receiving;
            throw;
        }
        finally
        {
            await ending.CancelAsync();
            await receiving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await telling.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>The session has got further.</summary>
    protected void Move()
    {
        retry.Succeed();
        patience.Move();
    }

    /// <summary>Handles what the server says.</summary>
    /// <returns>False when that was the last of it.</returns>
    protected abstract bool Handle(IMessage message);

    /// <summary>Whether the server may close the connection without a further word.</summary>
    protected abstract bool MayClose { get; }

    /// <summary>Takes an acknowledgement.</summary>
    /// <returns>False when nothing was unacknowledged.</returns>
    protected bool TryAcknowledge()
    {
        if (_unacknowledged.Acknowledge() is not { } acknowledged) return false;
        progress.Acknowledge(acknowledged.Message.Table, acknowledged.InputBytes, acknowledged.Message.IsEnd);
        Move();
        FailPoint.ClientAcknowledged.Hit();
        return true;
    }

    private bool Hear(IMessage message)
    {
        patience.Hear();
        return Handle(message);
    }

    private async Task SayAsync(Func<Upload, CancellationToken, Task<SentInput>> send, Func<SentInput, IMessage> lastWord, CancellationToken stop)
    {
        var sent = await send(new Upload(connection, _unacknowledged, progress, logger), stop);
        _hasSaidAll = true;
        await connection.WriteAsync(lastWord(sent), stop);
        _isHeard = true;
    }

    private async Task ReceiveAsync(CancellationTokenSource ending)
    {
        try
        {
            if (!await connection.ReadAsync(Hear, ending.Token) && !MayClose) throw new ConnectionLostException("the server closed the connection");
        }
        finally
        {
            // Whoever still sends, sends in vain.
            await ending.CancelAsync();
        }
    }
}
