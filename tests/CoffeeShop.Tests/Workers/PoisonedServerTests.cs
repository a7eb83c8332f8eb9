using System.Buffers;
using CoffeeShop.Bus;
using CoffeeShop.Delivery;
using CoffeeShop.Storage;
using CoffeeShop.Tables;
using CoffeeShop.Tests.Delivery.World;
using CoffeeShop.Workers;

namespace CoffeeShop.Tests.Workers;

/// <summary>A batch that ends every process that handles it, and with it everything that the bus in memory knew.</summary>
public sealed class PoisonedServerTests
{
    private const int Shards = 2;
    private const int Deaths = 4;

    private bool _isAttempted;
    private bool _isDead;

    [Fact]
    public async Task A_batch_that_ends_the_process_again_and_again_fails_its_session_by_name_and_no_other()
    {
        await using var server = new ServerUnderTest(Shards, new WorkerOptions { Poison = new Poison { DeathsMax = Deaths } }, Watch);
        var guilty = WorldSession.Random(new Random(1), 1, Shards, isGuilty: false);
        var other = WorldSession.Random(new Random(2), 2, Shards, isGuilty: false);
        await server.OpenAsync(guilty);
        await server.OpenAsync(other);
        var batch = WorldSession.BatchMessage(guilty.Id, Queries.Batches.Random(new Random(3), Transactions.Table, 5), number: 7);
        using var body = new Deadly(Envelope.Wrap(batch, destination: null, Shards), () => _isDead |= _isAttempted, () => _isDead);
        for (var death = 1; death <= Deaths; death++)
        {
            // The first process that died of it is not among them: to it the batch was one like any other.
            var published = server.Bus.PublishAsync(QueueName.Filter, new BusMessage(guilty.Id, batch.Hash, body.Memory) { IsRepeated = true });
            await Assert.ThrowsAsync<Death>(() => server.Workers.Completion.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
            Assert.Equal(SessionState.Open, (await server.Storage.FindSessionAsync(guilty.Id))!.State);
            await server.RestartAsync();
            await Assert.ThrowsAsync<BusException>(() => published);
        }

        await server.Bus.PublishAsync(QueueName.Filter, new BusMessage(guilty.Id, batch.Hash, body.Memory) { IsRepeated = true });
        var record = await server.EndOfAsync(guilty);
        Assert.Equal(SessionState.Failed, record.State);
        Assert.Equal($"batch 7 of transactions ended the process that handled it at filter {Deaths} times.", record.Reason);
        await server.SendAsync(other, other.Batches);
        Assert.Equal(SessionState.Complete, (await server.EndOfAsync(other)).State);
        Assert.Equal(other.Expected, await server.ResultAsync(other));
        Assert.Equal(0, (await server.Storage.MeasureAsync(guilty.Id)).Attempts);
    }

    [Fact]
    public async Task What_a_filter_makes_of_a_batch_that_may_have_come_before_says_so_too()
    {
        await using var server = new ServerUnderTest(Shards);
        var session = WorldSession.Random(new Random(4), 4, Shards, isGuilty: false);
        await server.OpenAsync(session);
        var batch = WorldSession.BatchMessage(session.Id, Queries.Batches.Random(new Random(5), Transactions.Table, 5), number: 1);
        await server.Bus.PublishAsync(batch, Shards, isRepeated: true);
        Assert.Equal(Topology.DestinationsOf(Transactions.Table, Shards).Length, server.Watched.Repeated.Count);
        await server.Bus.PublishAsync(batch, Shards);
        Assert.Equal(Topology.DestinationsOf(Transactions.Table, Shards).Length, server.Watched.Repeated.Count);
    }

    /// <summary>A process that is dead asks nothing of its database any more. The next one begins alive.</summary>
    private IStorage Watch(IStorage storage)
    {
        (_isAttempted, _isDead) = (false, false);
        return WatchedStorage.Create(storage, (method, _) =>
        {
            if (_isDead) throw new Death();
            if (method == nameof(IJournal.BeginAttemptAsync)) _isAttempted = true;
        });
    }

    private sealed class Death() : Exception("The process is dead.");

    /// <summary>Bytes that end the process of whoever looks at them, once the attempt at them has begun.</summary>
    private sealed class Deadly(ReadOnlyMemory<byte> bytes, Action lookedAt, Func<bool> isDeadly) : MemoryManager<byte>
    {
        private readonly byte[] _bytes = bytes.ToArray();

        public override Memory<byte> Memory => CreateMemory(_bytes.Length);

        public override Span<byte> GetSpan()
        {
            lookedAt();
            return isDeadly() ? throw new Death() : _bytes;
        }

        public override MemoryHandle Pin(int elementIndex = 0) => throw new NotSupportedException();

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
