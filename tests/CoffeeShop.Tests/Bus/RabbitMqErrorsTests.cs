using CoffeeShop.Bus.RabbitMq;
using RabbitMQ.Client.Events;

namespace CoffeeShop.Tests.Bus;

public sealed class RabbitMqErrorsTests
{
    /// <summary>A session that is open fails when a queue of its has vanished, and must not when the queue only has no leader for a moment.</summary>
    [Theory]
    [InlineData(404, "NOT_FOUND - no queue 'shard.1' in vhost '/'", true)]
    [InlineData(404, "NOT_FOUND - no exchange 'coffee' in vhost '/'", true)]
    [InlineData(404, "NOT_FOUND - failed to perform operation on queue 'shard.1' in vhost '/' due to timeout", false)]
    [InlineData(404, "NOT_FOUND - home node 'rabbit@one' of durable queue 'shard.1' in vhost '/' is down or inaccessible", false)]
    [InlineData(404, "NOT_FOUND - queue 'shard.1' in vhost '/' process is stopped by supervisor", false)]
    [InlineData(406, "PRECONDITION_FAILED - inequivalent arg 'x-queue-type' for queue 'shard.1' in vhost '/'", false)]
    public void Only_a_queue_that_does_not_exist_is_missing(ushort code, string text, bool isMissing) =>
        Assert.Equal(isMissing, RabbitMqErrors.IsMissing(new ShutdownEventArgs(RabbitMQ.Client.ShutdownInitiator.Peer, code, text)));

    [Fact]
    public void A_channel_that_the_broker_has_not_closed_tells_of_no_queue() => Assert.False(RabbitMqErrors.IsMissing(null));
}
