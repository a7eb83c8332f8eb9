using CoffeeShop.Bus;
using CoffeeShop.Delivery;
using CoffeeShop.Tables;

namespace CoffeeShop.Gateway;

/// <summary>Publishes what sessions send, and goes on trying where that is asked for.</summary>
internal sealed class Publisher(GatewayContext gateway)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan PauseMax = TimeSpan.FromSeconds(2);

    /// <summary>Publishes a batch or an end. Completes when it can no longer be lost.</summary>
    /// <param name="message">The message. With a time to publish it again, its body must stay until the task completes; otherwise it is copied before the call returns.</param>
    /// <param name="shards">The number of shards that is pinned for the session.</param>
    /// <param name="republishTime">How long it is published again while the bus is in trouble.</param>
    /// <param name="isRepeated">Whether a process that is gone may have delivered it before.</param>
    /// <exception cref="BusException">The bus is in trouble.</exception>
    public async Task PublishAsync(Message message, int shards, TimeSpan republishTime, bool isRepeated = false)
    {
        var begun = gateway.Clock.GetTimestamp();
        for (var pause = FirstPause; ; pause = pause * 2 < PauseMax ? pause * 2 : PauseMax)
        {
            try
            {
                await gateway.Bus.PublishAsync(message, shards, isRepeated);
                return;
            }
            catch (QueueMissingException e)
            {
                // What was in the queue is lost, and may have been acknowledged.
                var reason = $"The queue {e.Queue} has vanished from the broker, and messages with it. Send the session again.";
                if (await gateway.Sessions.EndSessionAsync(message.Session, SessionState.Failed, reason)) GatewayLog.SessionEnded(gateway.Log, message.Session, SessionState.Failed, reason);
                throw;
            }
            catch (BusException) when (gateway.Clock.GetElapsedTime(begun) + pause < republishTime)
            {
                // Under its number it may come twice: the ledgers see to that.
                await Task.Delay(pause, gateway.Clock);
            }
        }
    }

    /// <summary>Publishes the end of a table to everybody who waits for it. It may be published any number of times.</summary>
    /// <param name="session">Its session.</param>
    /// <param name="table">The table.</param>
    /// <param name="end">Its end, which the registry has.</param>
    /// <param name="shards">The number of shards that is pinned for the session.</param>
    /// <param name="republishTime">How long it is published again while the bus is in trouble.</param>
    /// <param name="isRepeated">Whether a process that is gone may have told it before.</param>
    /// <exception cref="BusException">The bus is in trouble.</exception>
    public async Task EndAsync(SessionId session, Table table, TableEnd end, int shards, TimeSpan republishTime, bool isRepeated = false)
    {
        await PublishAsync(new Message(session, Input.Of(table), MessageKind.End, end.Last, end.HashSum, ReadOnlyMemory<byte>.Empty), shards, republishTime, isRepeated);
        GatewayLog.EndSent(gateway.Log, session, table, end.Last, string.Join(' ', Topology.DestinationsOf(table, shards)));
    }
}
