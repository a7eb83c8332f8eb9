using CoffeeShop.Bus;
using CoffeeShop.Bus.RabbitMq;
using CoffeeShop.Tests.Bus;

namespace CoffeeShop.IntegrationTests.Cluster;

/// <summary>The bus of a cluster keeps what every bus promises, on quorum queues.</summary>
[Collection(BrokerTests.Name)]
public sealed class QuorumBusTests(Broker broker) : BusContract
{
    protected override async Task<IBus> NewAsync(int queueBytesMax = 1 << 20) =>
        await broker.NewBusAsync(new RabbitMqTopology(Shards: 2) { QueueType = RabbitMqQueueType.Quorum }, queueBytesMax);
}

/// <summary>The bus of a cluster keeps what every bus promises, on classic queues.</summary>
[Collection(BrokerTests.Name)]
public sealed class ClassicBusTests(Broker broker) : BusContract
{
    protected override async Task<IBus> NewAsync(int queueBytesMax = 1 << 20) =>
        await broker.NewBusAsync(new RabbitMqTopology(Shards: 2) { QueueType = RabbitMqQueueType.Classic }, queueBytesMax);
}
