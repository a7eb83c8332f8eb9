using CoffeeShop.Delivery;
using RabbitMQ.Client;

namespace CoffeeShop.Bus.RabbitMq;

/// <summary>
/// The exchange and the queues of a cluster. The start of a cluster declares them, once; everybody else checks that they are
/// there. A broker that is killed within seconds of the declaration may forget quorum queues, and never does later.
/// </summary>
/// <param name="Shards">The number of shards.</param>
public sealed record RabbitMqTopology(int Shards)
{
    /// <summary>The exchange that all messages go through, by the name of their queue.</summary>
    public const string Exchange = "coffee";

    /// <summary>Where the broker puts what has been delivered too often.</summary>
    public static readonly QueueName Parking = new("parking");

    /// <summary>How the queues are kept.</summary>
    public RabbitMqQueueType QueueType { get; init; }

    /// <summary>The bound of the parking queue in bytes. The oldest give way there, so that it never stops the others.</summary>
    public long ParkingBytesMax { get; init; } = 32 << 20;

    /// <summary>
    /// After so many deliveries a message is parked. Far above the number of deaths after which its session fails by name;
    /// brokers of version 4 would drop it after 20 without this.
    /// </summary>
    public int DeliveryLimit { get; init; } = 1000;

    /// <summary>The queues of the data path.</summary>
    public IReadOnlyList<QueueName> Queues => [QueueName.Filter, .. Topology.All(Shards).Select(QueueName.Of)];

    /// <summary>Declares what is not there yet.</summary>
    /// <param name="options">The broker, and the bound of its queues.</param>
    /// <exception cref="BusSetupException">It is there and otherwise, or it is not permitted.</exception>
    public async Task DeclareAsync(RabbitMqOptions options)
    {
        await using var work = await RabbitMqSetup.BeginAsync(options);
        await work.DoAsync($"The exchange {Exchange}", "a durable direct one", channel => channel.ExchangeDeclareAsync(Exchange, ExchangeType.Direct, durable: true, autoDelete: false));
        foreach (var queue in Queues.Prepend(Parking))
        {
            await DeclareAsync(work, queue, options);
            await work.DoAsync($"The queue {queue}", "permission to bind it", channel => channel.QueueBindAsync(queue.Name, Exchange, queue.Name));
        }

        await CheckNoMoreAsync(work);
    }

    /// <summary>Checks that the queues are kept as <see cref="QueueType"/> says, by declaring once more one that is there.</summary>
    /// <param name="options">The broker, and the bound of its queues.</param>
    /// <exception cref="BusSetupException">They are kept otherwise, or it is not permitted.</exception>
    public async Task CheckQueueTypeAsync(RabbitMqOptions options)
    {
        await using var work = await RabbitMqSetup.BeginAsync(options);
        foreach (var queue in Queues.Prepend(Parking))
        {
            if (!await work.HasQueueAsync(queue)) continue;
            await DeclareAsync(work, queue, options);
            return;
        }
    }

    /// <summary>How the queues that are there are kept.</summary>
    /// <param name="options">The broker, and the bound of its queues.</param>
    public async Task<RabbitMqQueueType> FindQueueTypeAsync(RabbitMqOptions options)
    {
        try
        {
            await (this with { QueueType = RabbitMqQueueType.Quorum }).CheckQueueTypeAsync(options);
            return RabbitMqQueueType.Quorum;
        }
        catch (BusSetupException e) when (!e.IsPassing)
        {
            // If that is not why it was refused, whoever declares the others is told.
            return RabbitMqQueueType.Classic;
        }
    }

    /// <summary>Checks that everything is there, and changes nothing.</summary>
    /// <param name="options">The broker.</param>
    /// <exception cref="BusSetupException">Something is missing, or it is not permitted.</exception>
    public async Task CheckAsync(RabbitMqOptions options)
    {
        await using var work = await RabbitMqSetup.BeginAsync(options);
        await work.DoAsync($"The exchange {Exchange}", "it declared by the start of the cluster", channel => channel.ExchangeDeclarePassiveAsync(Exchange));
        foreach (var queue in Queues.Prepend(Parking))
            await work.DoAsync($"The queue {queue}", "it declared by the start of the cluster", channel => channel.QueueDeclarePassiveAsync(queue.Name));
        await CheckNoMoreAsync(work);
    }

    private Task DeclareAsync(RabbitMqSetup work, QueueName queue, RabbitMqOptions options)
    {
        var arguments = ArgumentsOf(queue, options.QueueBytesMax);
        return work.DoAsync($"The queue {queue}", Describe(arguments), channel => channel.QueueDeclareAsync(queue.Name, durable: true, exclusive: false, autoDelete: false, arguments));
    }

    /// <summary>A cluster of more shards has one whose messages nobody would take.</summary>
    private async Task CheckNoMoreAsync(RabbitMqSetup work)
    {
        var next = QueueName.Of(Destination.Shard(Shards));
        if (await work.HasQueueAsync(next))
            throw new BusSetupException($"The queue {next} was found at {work.Address}, and the cluster has {Shards} shards. Give the number of shards that the queues were declared for, or use another virtual host.");
    }

    private Dictionary<string, object?> ArgumentsOf(QueueName queue, long bytesMax)
    {
        var isParking = queue == Parking;
        var arguments = new Dictionary<string, object?>
        {
            ["x-queue-type"] = QueueType == RabbitMqQueueType.Quorum ? "quorum" : "classic",
        };
        // Not for classic queues, whose bound the publishers keep alone: one that has more than its bound when the broker starts, since what
        // was in hand has come back to it, drops the oldest before it knows that it should refuse the newest.
        if (isParking || QueueType == RabbitMqQueueType.Quorum)
        {
            arguments["x-max-length-bytes"] = isParking ? ParkingBytesMax : bytesMax;
            arguments["x-overflow"] = isParking ? "drop-head" : "reject-publish";
        }

        if (isParking) return arguments;
        arguments["x-dead-letter-exchange"] = Exchange;
        arguments["x-dead-letter-routing-key"] = Parking.Name;
        if (queue != QueueName.Filter) arguments["x-single-active-consumer"] = true;
        if (QueueType == RabbitMqQueueType.Classic) return arguments;
        arguments["x-delivery-limit"] = DeliveryLimit;
        // Parked first and forgotten afterwards, instead of the other way round.
        arguments["x-dead-letter-strategy"] = "at-least-once";
        return arguments;
    }

    private static string Describe(Dictionary<string, object?> arguments) => $"a durable one with {string.Join(", ", arguments.Select(argument => $"{argument.Key} = {argument.Value}"))}";
}
