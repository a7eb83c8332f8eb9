using CoffeeShop.Bus;
using CoffeeShop.Delivery;
using CoffeeShop.Tests.Oracle;

namespace CoffeeShop.Tests.Bus;

/// <summary>
/// What every bus promises: each implementation has a class that derives from this. Order and single delivery are not among
/// the promises, so nothing here expects them.
/// </summary>
public abstract class BusContract
{
    // Small messages may travel together, which then count as one and come again as one; those of this size never do.
    private const int Large = 64 << 10;

    private static readonly QueueName Shard = QueueName.Of(Destination.Shard(0));

    /// <summary>Kinds of queues: with competing consumers, and with one at a time.</summary>
    public static TheoryData<string> Queues => [QueueName.Filter.Name, Shard.Name];

    /// <summary>A bus with empty queues, whose bound is so many bytes.</summary>
    protected abstract Task<IBus> NewAsync(int queueBytesMax = 1 << 20);

    [Theory]
    [MemberData(nameof(Queues))]
    public async Task Messages_arrive_as_they_were_published(string name)
    {
        await using var bus = await NewAsync();
        var queue = new QueueName(name);
        var sent = Enumerable.Range(1, 50).Select(number => BusSample.Message(number, bytes: number * 40)).ToList();
        var published = Task.WhenAll(sent.Select(message => bus.PublishAsync(queue, message)));
        await using var subscription = await bus.SubscribeAsync(queue, prefetch: 7, TestContext.Current.CancellationToken);
        var arrived = new Dictionary<int, BusMessage>();
        while (arrived.Count < sent.Count)
        {
            var delivery = await subscription.NextAsync();
            arrived[delivery.Number()] = delivery.Message;
            delivery.Acknowledge();
        }

        await published;
        foreach (var message in sent)
        {
            var found = arrived[message.Number()];
            Assert.Equal((message.Session, message.Hash), (found.Session, found.Hash));
            Assert.True(message.Body.Span.SequenceEqual(found.Body.Span));
        }
    }

    [Fact]
    public async Task Queues_do_not_mix()
    {
        await using var bus = await NewAsync();
        QueueName[] queues = [QueueName.Filter, Shard, QueueName.Of(Destination.Shard(1)), new("join.q1")];
        var published = Task.WhenAll(queues.Index().Select(one => bus.PublishAsync(one.Item, BusSample.Message(one.Index))));
        foreach (var (number, queue) in queues.Index())
        {
            await using var subscription = await bus.SubscribeAsync(queue, prefetch: 10, TestContext.Current.CancellationToken);
            var delivery = await subscription.NextAsync();
            Assert.Equal(number, delivery.Number());
            delivery.Acknowledge();
        }

        await published;
    }

    [Theory]
    [MemberData(nameof(Queues))]
    public async Task No_more_than_the_prefetch_is_unacknowledged(string name)
    {
        await using var bus = await NewAsync(64 * Large);
        var queue = new QueueName(name);
        var published = Task.WhenAll(Enumerable.Range(1, 40).Select(number => bus.PublishAsync(queue, BusSample.Message(number, Large))));
        await using var subscription = await bus.SubscribeAsync(queue, prefetch: 4, TestContext.Current.CancellationToken);
        var held = new Queue<BusDelivery>();
        var seen = new HashSet<int>();
        while (seen.Count < 40)
        {
            while (held.Count < 4 && seen.Count < 40)
            {
                held.Enqueue(await subscription.NextAsync());
                seen.Add(held.Last().Number());
            }

            // Another one would be a fifth.
            Assert.False(subscription.Deliveries.TryRead(out _));
            held.Dequeue().Acknowledge();
        }

        foreach (var delivery in held) delivery.Acknowledge();
        await published;
    }

    [Theory]
    [MemberData(nameof(Queues))]
    public async Task What_may_have_been_delivered_before_a_death_comes_as_delivered_before(string name)
    {
        await using var bus = await NewAsync();
        var queue = new QueueName(name);
        var published = Task.WhenAll(bus.PublishAsync(queue, BusSample.Message(1) with { IsRepeated = true }), bus.PublishAsync(queue, BusSample.Message(2)));
        await using var subscription = await bus.SubscribeAsync(queue, prefetch: 2, TestContext.Current.CancellationToken);
        for (var i = 0; i < 2; i++)
        {
            var delivery = await subscription.NextAsync();
            Assert.Equal(delivery.Number() == 1, delivery.IsRedelivered);
            delivery.Acknowledge();
        }

        await published;
    }

    [Theory]
    [MemberData(nameof(Queues))]
    public async Task What_a_consumer_leaves_unacknowledged_comes_again_and_says_so(string name)
    {
        await using var bus = await NewAsync(64 * Large);
        var queue = new QueueName(name);
        var published = Task.WhenAll(Enumerable.Range(1, 6).Select(number => bus.PublishAsync(queue, BusSample.Message(number, Large))));
        var held = new List<BusDelivery>();
        await using (var first = await bus.SubscribeAsync(queue, prefetch: 4, TestContext.Current.CancellationToken))
        {
            while (held.Count < 4) held.Add(await first.NextAsync());
            Assert.All(held, delivery => Assert.False(delivery.IsRedelivered));
            held[1].Acknowledge();
        }

        await using var second = await bus.SubscribeAsync(queue, prefetch: 10, TestContext.Current.CancellationToken);
        var again = new Dictionary<int, bool>();
        while (again.Count < 5)
        {
            var delivery = await second.NextAsync();
            again[delivery.Number()] = delivery.IsRedelivered;
            // Of the first subscription, and without effect now: it would take the message away from the second one.
            foreach (var late in held) late.Acknowledge();
            delivery.Acknowledge();
            delivery.Acknowledge();
        }

        await published;
        Assert.DoesNotContain(held[1].Number(), again.Keys);
        Assert.All(held.Where((_, i) => i != 1), delivery => Assert.True(again[delivery.Number()]));
    }

    [Theory]
    [MemberData(nameof(Queues))]
    public async Task Messages_published_together_arrive_each_and_come_again_until_all_are_acknowledged(string name)
    {
        await using var bus = await NewAsync();
        var queue = new QueueName(name);
        var published = bus.PublishAllAsync(queue, [.. Enumerable.Range(1, 20).Select(number => BusSample.Message(number) with { IsRepeated = number == 7 })]);
        await using (var first = await bus.SubscribeAsync(queue, prefetch: 20, TestContext.Current.CancellationToken))
        {
            var seen = new HashSet<int>();
            while (seen.Count < 20)
            {
                var delivery = await first.NextAsync();
                Assert.Equal(delivery.Number() == 7, delivery.IsRedelivered);
                if (seen.Add(delivery.Number()) && delivery.Number() != 13) delivery.Acknowledge();
            }
        }

        await using var second = await bus.SubscribeAsync(queue, prefetch: 20, TestContext.Current.CancellationToken);
        for (var isThere = false; !isThere;)
        {
            var again = await second.NextAsync();
            Assert.True(again.IsRedelivered);
            isThere = again.Number() == 13;
            again.Acknowledge();
        }

        await published;
    }

    [Fact]
    public async Task The_deliveries_of_a_disposed_subscription_end()
    {
        await using var bus = await NewAsync();
        var subscription = await bus.SubscribeAsync(Shard, prefetch: 1, TestContext.Current.CancellationToken);
        await subscription.DisposeAsync();
        await subscription.DisposeAsync();
        Assert.False(await subscription.Deliveries.WaitToReadAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Competing_consumers_share_a_queue()
    {
        await using var bus = await NewAsync();
        await using var first = await bus.SubscribeAsync(QueueName.Filter, prefetch: 1, TestContext.Current.CancellationToken);
        await using var second = await bus.SubscribeAsync(QueueName.Filter, prefetch: 1, TestContext.Current.CancellationToken);
        var published = Task.WhenAll(bus.PublishAsync(QueueName.Filter, BusSample.Message(1, Large)), bus.PublishAsync(QueueName.Filter, BusSample.Message(2, Large)));
        // Neither acknowledges before both have one.
        var (one, other) = (await first.NextAsync(), await second.NextAsync());
        Assert.Equal(3, one.Number() + other.Number());
        one.Acknowledge();
        other.Acknowledge();
        await published;
    }

    [Fact]
    public async Task Any_other_queue_is_served_to_one_consumer_and_then_to_the_next()
    {
        await using var bus = await NewAsync();
        var first = await bus.SubscribeAsync(Shard, prefetch: 1, TestContext.Current.CancellationToken);
        var standby = bus.SubscribeAsync(Shard, prefetch: 10, TestContext.Current.CancellationToken);
        var published = Task.WhenAll(Enumerable.Range(1, 20).Select(number => bus.PublishAsync(Shard, BusSample.Message(number))));
        var seen = new HashSet<int>();
        while (seen.Count < 10)
        {
            var delivery = await first.NextAsync();
            seen.Add(delivery.Number());
            delivery.Acknowledge();
            if (standby.IsCompletedSuccessfully) Assert.False((await standby).Deliveries.TryPeek(out _));
        }

        await first.DisposeAsync();
        await using var second = await standby;
        while (seen.Count < 20)
        {
            var delivery = await second.NextAsync();
            seen.Add(delivery.Number());
            delivery.Acknowledge();
        }

        await published;
    }

    [Fact]
    public async Task A_consumer_knows_its_turn_by_its_first_delivery_and_a_standby_has_none()
    {
        await using var bus = await NewAsync();
        var first = await bus.SubscribeAsync(Shard, prefetch: 1, TestContext.Current.CancellationToken);
        var published = bus.PublishAsync(Shard, BusSample.Message(1));
        await first.NextAsync();
        Assert.True(first.Turn.IsCompletedSuccessfully);
        var subscribing = bus.SubscribeAsync(Shard, prefetch: 1, TestContext.Current.CancellationToken);
        var turn = Task.Run(async () => await (await subscribing).Turn, TestContext.Current.CancellationToken);
        Assert.False(turn.IsCompleted);
        await first.DisposeAsync();
        await turn.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        await using var second = await subscribing;
        (await second.NextAsync()).Acknowledge();
        await published;
    }

    [Fact]
    public async Task A_subscription_that_ends_lets_nobody_wait_for_its_turn()
    {
        await using var bus = await NewAsync();
        var subscription = await bus.SubscribeAsync(Shard, prefetch: 1, TestContext.Current.CancellationToken);
        await subscription.DisposeAsync();
        await subscription.Turn.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
    }

    [Theory]
    [MemberData(nameof(Queues))]
    public async Task More_than_a_queue_holds_waits_and_is_not_lost(string name)
    {
        await using var bus = await NewAsync(queueBytesMax: 20 * Large);
        var queue = new QueueName(name);
        var published = Enumerable.Range(1, 100).Select(number => bus.PublishAsync(queue, BusSample.Message(number, Large))).ToList();
        await using var subscription = await bus.SubscribeAsync(queue, prefetch: 3, TestContext.Current.CancellationToken);
        var seen = new HashSet<int>();
        Assert.Contains(published, publishing => !publishing.IsCompleted);
        while (seen.Count < 100)
        {
            var delivery = await subscription.NextAsync();
            seen.Add(delivery.Number());
            delivery.Acknowledge();
        }

        await Task.WhenAll(published);
    }

    [Theory]
    [InlineData(1, "filter")]
    [InlineData(2, "filter")]
    [InlineData(3, "shard.0")]
    [InlineData(4, "shard.0")]
    public async Task Nothing_published_is_lost_while_consumers_die(int seed, string name)
    {
        const int Count = 600, Consumers = 3;
        await using var bus = await NewAsync(queueBytesMax: 10_000);
        var queue = new QueueName(name);
        var counted = new CountedMessages(Count);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var consumers = Enumerable.Range(0, Consumers).Select(i => Task.Run(() => ConsumeAndDieAsync(bus, queue, new Random((seed * 100) + i), counted, stop.Token))).ToList();
        var publishers = Enumerable.Range(0, 4).Select(i => Task.Run(async () =>
        {
            for (var number = i; number < Count; number += 4) await bus.PublishAsync(queue, BusSample.Message(number, bytes: number % 300));
        }));
        await Task.WhenAll(publishers);
        await counted.All.WaitAsync(TestContext.Current.CancellationToken);
        await stop.CancelAsync();
        await Task.WhenAll(consumers);
    }

    // Dies after every few messages, with some that have had their effect and are not acknowledged, and some that have had none.
    private static async Task ConsumeAndDieAsync(IBus bus, QueueName queue, Random random, CountedMessages counted, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                var (prefetch, kept) = (random.Next(1, 20), 0);
                await using var subscription = await bus.SubscribeAsync(queue, prefetch, stop);
                for (var left = random.Next(1, 60); left > 0 && kept < prefetch; left--)
                {
                    if (!subscription.Deliveries.TryRead(out var delivery))
                    {
                        // Nothing more may come before it dies.
                        if (kept > 0) break;
                        delivery = await subscription.Deliveries.ReadAsync(stop);
                    }

                    var (hasEffect, isAcknowledged) = (!random.OneIn(10), !random.OneIn(10));
                    if (hasEffect) counted.Add(delivery);
                    if (hasEffect && isAcknowledged) delivery.Acknowledge();
                    else kept++;
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // All have been seen.
        }
    }
}
