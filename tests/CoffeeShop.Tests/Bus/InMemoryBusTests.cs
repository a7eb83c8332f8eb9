using CoffeeShop.Bus;
using CoffeeShop.Bus.InMemory;

namespace CoffeeShop.Tests.Bus;

/// <summary>The bus of the single server keeps what every bus promises, and more.</summary>
[Trait("suite", "bus")]
public sealed class InMemoryBusTests : BusContract
{
    private static readonly QueueName Queue = new("join.q2");

    protected override Task<IBus> NewAsync(int queueBytesMax = 1 << 20) => Task.FromResult<IBus>(new InMemoryBus(queueBytesMax));

    [Fact]
    public async Task A_message_counts_as_published_when_it_is_acknowledged()
    {
        await using var bus = new InMemoryBus();
        var published = bus.PublishAsync(Queue, BusSample.Message(1));
        await using var subscription = await bus.SubscribeAsync(Queue, prefetch: 1, TestContext.Current.CancellationToken);
        var delivery = await subscription.NextAsync();
        Assert.False(published.IsCompleted);
        Assert.Equal(1, bus.Pending);
        delivery.Acknowledge();
        Assert.True(published.IsCompletedSuccessfully);
        Assert.Equal(0, bus.Pending);
    }

    [Fact]
    public async Task A_full_queue_lets_in_what_comes_next_when_something_is_acknowledged_first_come_first_served()
    {
        await using var bus = new InMemoryBus(queueBytesMax: 3500);
        await using var subscription = await bus.SubscribeAsync(Queue, prefetch: 100, TestContext.Current.CancellationToken);
        var published = Task.WhenAll(Enumerable.Range(1, 9).Select(number => bus.PublishAsync(Queue, BusSample.Message(number, bytes: 1000))));
        List<BusDelivery> held = [await subscription.NextAsync(), await subscription.NextAsync(), await subscription.NextAsync()];
        for (var number = 4; number <= 9; number++)
        {
            Assert.False(subscription.Deliveries.TryRead(out _));
            held[number - 4].Acknowledge();
            held.Add(await subscription.NextAsync());
        }

        Assert.Equal(Enumerable.Range(1, 9), held.Select(delivery => delivery.Number()));
        foreach (var delivery in held) delivery.Acknowledge();
        await published;
    }

    [Fact]
    public async Task A_message_larger_than_the_queue_passes_when_it_is_alone()
    {
        await using var bus = new InMemoryBus(queueBytesMax: 500);
        await using var subscription = await bus.SubscribeAsync(Queue, prefetch: 100, TestContext.Current.CancellationToken);
        var published = Task.WhenAll(bus.PublishAsync(Queue, BusSample.Message(1)), bus.PublishAsync(Queue, BusSample.Message(2, bytes: 5000)), bus.PublishAsync(Queue, BusSample.Message(3)));
        for (var number = 1; number <= 3; number++)
        {
            var delivery = await subscription.NextAsync();
            Assert.Equal(number, delivery.Number());
            Assert.False(subscription.Deliveries.TryPeek(out _));
            delivery.Acknowledge();
        }

        await published;
    }

    [Fact]
    public async Task What_comes_again_comes_first_and_in_its_order()
    {
        await using var bus = new InMemoryBus();
        var published = Task.WhenAll(Enumerable.Range(1, 6).Select(number => bus.PublishAsync(Queue, BusSample.Message(number))));
        var first = await bus.SubscribeAsync(Queue, prefetch: 4, TestContext.Current.CancellationToken);
        await first.NextAsync();
        (await first.NextAsync()).Acknowledge();
        await first.DisposeAsync();
        Assert.False(first.Deliveries.TryRead(out _));
        await using var second = await bus.SubscribeAsync(Queue, prefetch: 10, TestContext.Current.CancellationToken);
        foreach (var expected in new[] { 1, 3, 4, 5, 6 })
        {
            var delivery = await second.NextAsync();
            Assert.Equal(expected, delivery.Number());
            delivery.Acknowledge();
        }

        await published;
    }

    [Fact]
    public async Task An_acknowledgement_that_comes_too_late_or_twice_has_no_effect()
    {
        await using var bus = new InMemoryBus();
        var published = bus.PublishAsync(Queue, BusSample.Message(1));
        var first = await bus.SubscribeAsync(Queue, prefetch: 1, TestContext.Current.CancellationToken);
        var late = await first.NextAsync();
        await first.DisposeAsync();
        late.Acknowledge();
        Assert.False(published.IsCompleted);
        await using var second = await bus.SubscribeAsync(Queue, prefetch: 1, TestContext.Current.CancellationToken);
        var delivery = await second.NextAsync();
        late.Acknowledge();
        Assert.False(published.IsCompleted);
        Assert.Equal(1, bus.Pending);
        delivery.Acknowledge();
        delivery.Acknowledge();
        await published;
        Assert.Equal(0, bus.Pending);
    }

    [Fact]
    public async Task A_standby_that_gives_up_is_not_served()
    {
        await using var bus = new InMemoryBus();
        var first = await bus.SubscribeAsync(Queue, prefetch: 1, TestContext.Current.CancellationToken);
        using var patience = new CancellationTokenSource();
        var impatient = bus.SubscribeAsync(Queue, prefetch: 1, patience.Token);
        var patient = bus.SubscribeAsync(Queue, prefetch: 1, TestContext.Current.CancellationToken);
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => bus.SubscribeAsync(Queue, prefetch: 1, patience.Token));
        Assert.False(patient.IsCompleted);
        await first.DisposeAsync();
        await using var second = await patient;
        var published = bus.PublishAsync(Queue, BusSample.Message(1));
        (await second.NextAsync()).Acknowledge();
        await published;
    }

    [Fact]
    public async Task A_closed_bus_tells_whoever_waits()
    {
        var bus = new InMemoryBus(queueBytesMax: 300);
        var subscription = await bus.SubscribeAsync(Queue, prefetch: 1, TestContext.Current.CancellationToken);
        var standby = bus.SubscribeAsync(Queue, prefetch: 1, TestContext.Current.CancellationToken);
        var published = Enumerable.Range(1, 5).Select(number => bus.PublishAsync(Queue, BusSample.Message(number, bytes: 100))).ToList();
        var delivery = await subscription.NextAsync();
        await bus.DisposeAsync();
        await bus.DisposeAsync();
        delivery.Acknowledge();
        await subscription.DisposeAsync();
        foreach (var publishing in published) await Assert.ThrowsAsync<BusException>(() => publishing);
        await Assert.ThrowsAsync<BusException>(() => standby);
        Assert.False(await subscription.Deliveries.WaitToReadAsync(TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<BusException>(() => bus.PublishAsync(Queue, BusSample.Message(1)));
        await Assert.ThrowsAsync<BusException>(() => bus.PublishAsync(new QueueName("another"), BusSample.Message(1)));
        await Assert.ThrowsAsync<BusException>(() => bus.SubscribeAsync(Queue, prefetch: 1, TestContext.Current.CancellationToken));
        Assert.Equal(0, bus.Pending);
    }
}
