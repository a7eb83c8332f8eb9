using CoffeeShop.Bus;
using CoffeeShop.Bus.RabbitMq;
using CoffeeShop.Cluster;
using CoffeeShop.IntegrationTests.Cluster;
using CoffeeShop.IntegrationTests.SingleServer;
using CoffeeShop.Protocol;
using CoffeeShop.Services;
using CoffeeShop.Tests;

namespace CoffeeShop.IntegrationTests.Drills;

/// <summary>Whoever is slow slows those before him, up to the client: nothing grows without end, and no byte changes.</summary>
[Collection(BrokerTests.Name)]
[Trait("suite", "drills")]
public sealed class SlowConsumerDrills(Broker broker, PostgresServer postgres, Datasets datasets) : IClassFixture<Datasets>
{
    private static readonly TimeSpan Paused = TimeSpan.FromMilliseconds(300), Awake = TimeSpan.FromMilliseconds(200);

    private static readonly long Bound = new RabbitMqOptions(RabbitMqAddress.Parse("amqp://localhost/")).QueueBytesMax;

    [Fact]
    public async Task A_filter_that_stands_still_stops_the_client_when_its_queue_is_full_and_changes_no_byte()
    {
        // More than the queue takes.
        var dataset = await datasets.Make("large", "--months", "2024-01..2025-06", "--transactions-per-month", "60000");
        // Of a quorum queue the broker does not tell the bytes; a classic one does not know its bound, which is the harder case.
        await using var cluster = await ClusterUnderTest.Start(broker, postgres, new Counts(1, 1, 1, 1), shards: 2, queueType: "classic");
        using var sending = Sending.Start(cluster, dataset);
        await cluster.Reaches();
        cluster.Filters[0].Send(Signal.Pause);
        await cluster.Gateways[0].Says("action: queue_full | result: in_progress | queue: filter");
        var waiting = 0L;
        await Eventually.Holds(async () => (waiting = await cluster.WaitingBytes(QueueName.Filter)) >= Bound / 2, () => $"{waiting} bytes wait in the queue that is full, expected about {Bound}.");
        // An eighth may go during a look that does not count it, and as much during the next one; each with the batch that exceeds it.
        Assert.InRange(waiting, Bound / 2, (Bound * 5 / 4) + (2 * Frame.BodyBytesMax));
        Assert.False(sending.Ended.IsCompleted);
        cluster.Filters[0].Send(Signal.Continue);
        await sending.Completes("a filter that stands still");
        await cluster.CheckAtRest(complete: 1);
    }

    [Theory, Trait("length", "long")]
    [InlineData(Roles.Filter)]
    [InlineData(Roles.Aggregate)]
    [InlineData(Roles.Join)]
    public async Task A_slow_role_only_takes_its_time(string role)
    {
        await using var cluster = await ClusterUnderTest.Start(broker, postgres, new Counts(1, 1, 1, 1), shards: 4);
        using var sending = Sending.Start(cluster, datasets.Ordinary);
        await cluster.Reaches();
        for (var slow = cluster.Of(role).Single(); !sending.Ended.IsCompleted;)
        {
            slow.Send(Signal.Pause);
            await Task.Delay(Paused, TestContext.Current.CancellationToken);
            slow.Send(Signal.Continue);
            await Task.WhenAny(sending.Ended, Task.Delay(Awake, TestContext.Current.CancellationToken));
        }

        await sending.Completes($"a slow {role}");
        Assert.All(cluster.All, process => Assert.True(process.IsRunning, process.Log));
        await cluster.CheckAtRest(complete: 1);
    }
}
