using CoffeeShop.Bus;
using CoffeeShop.Bus.RabbitMq;
using CoffeeShop.Delivery;
using CoffeeShop.IntegrationTests.Drills;
using CoffeeShop.Tests.Bus;

namespace CoffeeShop.IntegrationTests.Cluster;

/// <summary>Whatever happens to the broker or the way to it, nothing that was published is lost, and everything goes on by itself.</summary>
[Collection(BrokerTests.Name)]
public sealed class BrokerFaultTests(Broker broker)
{
    private static readonly QueueName Shard = QueueName.Of(Destination.Shard(0));
    private static readonly RabbitMqTopology Quorum = new(Shards: 1);
    private static readonly RabbitMqTopology Classic = Quorum with { QueueType = RabbitMqQueueType.Classic };
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task All_messages_arrive_though_the_broker_is_stopped_and_killed_meanwhile()
    {
        await using var quorum = await broker.NewBusAsync(Quorum);
        await using var classic = await broker.NewBusAsync(Classic);
        await using var overQuorum = new BrokerTraffic(quorum, Shard);
        await using var overClassic = new BrokerTraffic(classic, QueueName.Filter);
        await Task.WhenAll(overQuorum.FlowsAsync(), overClassic.FlowsAsync());

        // The orderly end comes first: it also writes down the queues that have just been declared, which a kill could lose.
        await broker.Service.StopAsync();
        await broker.Service.StartAsync();
        await Task.WhenAll(overQuorum.FlowsAsync(), overClassic.FlowsAsync());

        await broker.Service.KillAsync();
        await broker.Service.StartAsync();
        await Task.WhenAll(overQuorum.FlowsAsync(), overClassic.FlowsAsync());

        await Task.WhenAll(overQuorum.FinishAsync(), overClassic.FinishAsync());
    }

    [Fact]
    public async Task All_messages_arrive_though_the_broker_closes_the_connections()
    {
        var options = await broker.NewVirtualHostAsync();
        await Quorum.DeclareAsync(options);
        var log = new LogWatch();
        await using var bus = await RabbitMqBus.ConnectAsync(options, log);
        await using var traffic = new BrokerTraffic(bus, Shard);
        for (var i = 0; i < 3; i++)
        {
            await traffic.FlowsAsync();
            await broker.Service.CloseConnectionsAsync();
        }

        await traffic.FlowsAsync();
        await traffic.FinishAsync();
        Assert.Contains("broker_connection_lost", log.Text, StringComparison.Ordinal);
        Assert.Contains("sent again", log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_memory_alarm_stalls_publishers_alone_and_only_until_it_is_over()
    {
        var options = await broker.NewVirtualHostAsync();
        await Quorum.DeclareAsync(options);
        var log = new LogWatch();
        await using var bus = await RabbitMqBus.ConnectAsync(options, log);
        await using var other = await RabbitMqBus.ConnectAsync(options, log);
        await bus.PublishAsync(Shard, BusSample.Message(1));
        await broker.Service.SetMemoryAlarmAsync();
        try
        {
            var stalled = Enumerable.Range(2, 100).Select(number => bus.PublishAsync(Shard, BusSample.Message(number, bytes: 10_000))).ToList();
            await log.SeesAsync("action: broker_blocked | result: in_progress");

            // Consumers go on, also new ones.
            await using var subscription = await bus.SubscribeAsync(Shard, prefetch: 10, Test);
            var before = await subscription.NextAsync();
            Assert.Equal(1, before.Number());
            before.Acknowledge();
            Assert.All(stalled, publishing => Assert.False(publishing.IsCompleted));

            // A process may end meanwhile.
            var abandoned = other.PublishAsync(Shard, BusSample.Message(1000));
            await other.DisposeAsync().AsTask().WaitAsync(Patience, Test);
            await Assert.ThrowsAsync<BusException>(() => abandoned);

            await broker.Service.ClearMemoryAlarmAsync();
            for (var left = 100; left > 0; left--) (await subscription.NextAsync()).Acknowledge();
            await Task.WhenAll(stalled).WaitAsync(Patience, Test);
        }
        finally
        {
            await broker.Service.ClearMemoryAlarmAsync();
        }
    }

    [Theory]
    [InlineData(RabbitMqQueueType.Quorum)]
    [InlineData(RabbitMqQueueType.Classic)]
    public async Task Nothing_is_dropped_when_the_broker_dies_though_what_was_in_hand_fills_a_queue_beyond_its_bound(RabbitMqQueueType type)
    {
        const int Bytes = 64 << 10, InHand = 30, Waiting = 30;
        var options = await broker.NewVirtualHostAsync() with { QueueBytesMax = (InHand + 5) * Bytes };
        await new RabbitMqTopology(Shards: 1) { QueueType = type }.DeclareAsync(options);
        // An orderly end writes down the queues that have just been declared, which a kill could lose.
        await broker.Service.StopAsync();
        await broker.Service.StartAsync();
        await using var bus = await RabbitMqBus.ConnectAsync(options, new LogWatch());
        await using var dying = await bus.SubscribeAsync(Shard, prefetch: InHand, Test);
        await Task.WhenAll(Enumerable.Range(1, InHand).Select(number => bus.PublishAsync(Shard, BusSample.Message(number, Bytes))));
        for (var held = 0; held < InHand; held++) await dying.NextAsync();
        await Task.WhenAll(Enumerable.Range(InHand + 1, Waiting).Select(number => bus.PublishAsync(Shard, BusSample.Message(number, Bytes))));

        await broker.Service.KillAsync();
        await broker.Service.StartAsync();
        await using var subscription = await bus.SubscribeAsync(Shard, prefetch: 20, Test);
        var seen = new HashSet<int>();
        while (seen.Count < InHand + Waiting)
        {
            var delivery = await subscription.NextAsync();
            seen.Add(delivery.Number());
            delivery.Acknowledge();
        }

        Assert.Equal(0, (await broker.Service.QueuesAsync(options.Address.VirtualHost))[RabbitMqTopology.Parking.Name]);
    }

    [Theory]
    [InlineData(RabbitMqQueueType.Quorum)]
    [InlineData(RabbitMqQueueType.Classic)]
    public async Task A_full_queue_keeps_its_bound_and_publishers_wait(RabbitMqQueueType type)
    {
        const int Messages = 300, Bytes = 64 << 10, QueueBytes = 40 * Bytes;
        var options = await broker.NewVirtualHostAsync() with { QueueBytesMax = QueueBytes };
        await new RabbitMqTopology(Shards: 1) { QueueType = type }.DeclareAsync(options);
        var log = new LogWatch();
        await using var bus = await RabbitMqBus.ConnectAsync(options, log);
        var published = Enumerable.Range(1, Messages).Select(number => bus.PublishAsync(Shard, BusSample.Message(number, bytes: Bytes))).ToList();
        await log.SeesAsync("action: queue_full");
        // Others do not wait for those.
        await bus.PublishAsync(QueueName.Filter, BusSample.Message(1)).WaitAsync(Patience, Test);
        Assert.Contains(published, publishing => !publishing.IsCompleted);
        // An eighth may go during a look that does not count it, and as much during the next one; each with the one that exceeds it.
        Assert.InRange((await broker.Service.QueuesAsync(options.Address.VirtualHost))[Shard.Name], QueueBytes / Bytes / 2, (QueueBytes / Bytes * 5 / 4) + 2);

        await using var subscription = await bus.SubscribeAsync(Shard, prefetch: 20, Test);
        var seen = new HashSet<int>();
        while (seen.Count < Messages)
        {
            var delivery = await subscription.NextAsync();
            seen.Add(delivery.Number());
            delivery.Acknowledge();
        }

        await Task.WhenAll(published).WaitAsync(Patience, Test);
    }

    [Theory]
    [InlineData(RabbitMqQueueType.Quorum, true)]
    [InlineData(RabbitMqQueueType.Classic, true)]
    [InlineData(RabbitMqQueueType.Quorum, false)]
    public async Task A_standby_gets_its_turn_when_the_owner_is_paused_or_killed(RabbitMqQueueType type, bool isPaused)
    {
        var options = await broker.NewVirtualHostAsync() with { Heartbeat = TimeSpan.FromSeconds(1) };
        await new RabbitMqTopology(Shards: 1) { QueueType = type }.DeclareAsync(options);
        await using var cable = new Cable(broker.Service.Port);
        var log = new LogWatch();
        await using var owner = await RabbitMqBus.ConnectAsync(options with { Address = options.Address with { Port = cable.Port } }, log);
        await using var owning = await owner.SubscribeAsync(Shard, prefetch: 10, Test);
        await using var standby = await RabbitMqBus.ConnectAsync(options, log);
        await using var waiting = await standby.SubscribeAsync(Shard, prefetch: 10, Test);
        await standby.PublishAsync(Shard, BusSample.Message(1));
        var late = await owning.NextAsync();
        Assert.True(owning.Turn.IsCompletedSuccessfully);
        Assert.False(waiting.Turn.IsCompleted);

        if (isPaused) cable.Hang();
        else cable.Cut();
        await waiting.Turn.WaitAsync(Patience, Test);
        var delivery = await waiting.NextAsync();
        Assert.Equal(1, delivery.Number());
        Assert.True(delivery.IsRedelivered);

        // The one that wakes up again does no harm: what it acknowledges is nothing of its own any more.
        late.Acknowledge();
        cable.Release();
        await owning.Deliveries.Completion.WaitAsync(Patience, Test);
        delivery.Acknowledge();
        await waiting.DisposeAsync();
        Assert.Equal(0, (await broker.Service.QueuesAsync(options.Address.VirtualHost))[Shard.Name]);
    }

    [Fact]
    public async Task What_comes_back_too_often_or_from_elsewhere_is_parked()
    {
        var options = await broker.NewVirtualHostAsync();
        await new RabbitMqTopology(Shards: 1) { DeliveryLimit = 3 }.DeclareAsync(options);
        await using var bus = await RabbitMqBus.ConnectAsync(options, new LogWatch());
        await bus.PublishAsync(Shard, BusSample.Message(1));
        for (var deaths = 0; deaths < 4; deaths++)
        {
            await using var subscription = await bus.SubscribeAsync(Shard, prefetch: 1, Test);
            Assert.Equal(deaths > 0, (await subscription.NextAsync()).IsRedelivered);
        }

        await using var parked = await bus.SubscribeAsync(RabbitMqTopology.Parking, prefetch: 1, Test);
        Assert.Equal(1, (await parked.NextAsync()).Number());

        await broker.Service.ControlAsync("eval", $$"""
            rabbit_basic:publish(rabbit_misc:r(<<"{{options.Address.VirtualHost}}">>, exchange, <<"coffee">>), <<"filter">>, [], <<"foreign">>).
            """);
        await using var filter = await bus.SubscribeAsync(QueueName.Filter, prefetch: 1, Test);
        await bus.PublishAsync(QueueName.Filter, BusSample.Message(2));
        Assert.Equal(2, (await filter.NextAsync()).Number());
    }
}
