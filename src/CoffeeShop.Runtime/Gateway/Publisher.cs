using System.Collections.Concurrent;
using CoffeeShop.Bus;
using CoffeeShop.Delivery;
using CoffeeShop.Tables;

namespace CoffeeShop.Gateway;

/// <summary>Publishes what sessions send to where it goes.</summary>
internal sealed class Publisher(GatewayContext gateway)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan PauseMax = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<(Table Table, int Shards, MessageKind Kind), Destination?[]> _destinations = [];

    /// <summary>Publishes a batch. Completes when it can no longer be lost.</summary>
    /// <param name="session">Its session.</param>
    /// <param name="table">Its table.</param>
    /// <param name="number">Its number.</param>
    /// <param name="hash">Its content hash.</param>
    /// <param name="rows">Its columnar rows. They are copied before the call returns.</param>
    /// <param name="shards">The number of shards that is pinned for the session.</param>
    /// <param name="republishTime">How long it is published again while the bus is in trouble.</param>
    /// <exception cref="BusException">The bus is in trouble.</exception>
    public Task BatchAsync(SessionId session, Table table, long number, ulong hash, ReadOnlyMemory<byte> rows, int shards, TimeSpan republishTime) =>
        PublishAsync(new Message(session, Input.Of(table), MessageKind.Batch, number, hash, rows), table, shards, republishTime);

    /// <summary>Publishes the end of a table to everybody who waits for it. It may be published any number of times.</summary>
    /// <param name="session">Its session.</param>
    /// <param name="table">The table.</param>
    /// <param name="end">Its end, which the registry has.</param>
    /// <param name="shards">The number of shards that is pinned for the session.</param>
    /// <param name="republishTime">How long it is published again while the bus is in trouble.</param>
    /// <exception cref="BusException">The bus is in trouble.</exception>
    public async Task EndAsync(SessionId session, Table table, TableEnd end, int shards, TimeSpan republishTime)
    {
        var message = new Message(session, Input.Of(table), MessageKind.End, end.Last, end.HashSum, ReadOnlyMemory<byte>.Empty);
        await PublishAsync(message, table, shards, republishTime);
        GatewayLog.EndSent(gateway.Log, session, table, end.Last, string.Join(' ', DestinationsOf(table, shards, MessageKind.End)));
    }

    private Task PublishAsync(Message message, Table table, int shards, TimeSpan republishTime)
    {
        var destinations = DestinationsOf(table, shards, message.Kind);
        if (destinations.Length == 1) return PublishAsync(message, destinations[0], shards, republishTime);
        // The envelopes are made before anything is awaited.
        return Task.WhenAll([.. destinations.Select(destination => PublishAsync(message, destination, shards, republishTime))]);
    }

    private async Task PublishAsync(Message message, Destination? destination, int shards, TimeSpan republishTime)
    {
        var envelope = new BusMessage(message.Session, message.Hash, Envelope.Wrap(message, destination, shards));
        var queue = destination is { } known ? QueueName.Of(known) : QueueName.Filter;
        var begun = gateway.Clock.GetTimestamp();
        for (var pause = FirstPause; ; pause = pause * 2 < PauseMax ? pause * 2 : PauseMax)
        {
            try
            {
                await gateway.Bus.PublishAsync(queue, envelope);
                return;
            }
            catch (BusException) when (gateway.Clock.GetElapsedTime(begun) + pause < republishTime)
            {
                // Under its number it may come twice: the ledgers see to that.
                await Task.Delay(pause, gateway.Clock);
            }
        }
    }

    /// <summary>Where a message goes; null stands for any filter.</summary>
    private Destination?[] DestinationsOf(Table table, int shards, MessageKind kind) => _destinations.GetOrAdd((table, shards, kind), static key =>
        key.Kind == MessageKind.Batch && Topology.PassesFilter(key.Table)
            ? [null]
            : [.. Topology.DestinationsOf(key.Table, key.Shards).Select(destination => (Destination?)destination)]);
}
