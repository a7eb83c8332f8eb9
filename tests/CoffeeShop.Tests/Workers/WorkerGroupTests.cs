using System.Buffers;
using CoffeeShop.Bus;
using CoffeeShop.Delivery;
using CoffeeShop.Observability;
using CoffeeShop.Storage;
using CoffeeShop.Tables;
using CoffeeShop.Tests.Delivery.World;
using CoffeeShop.Tests.Observability;
using CoffeeShop.Workers;
using Microsoft.Extensions.Logging;

namespace CoffeeShop.Tests.Workers;

/// <summary>The real workers on the real database and the real bus.</summary>
public sealed class WorkerGroupTests
{
    private const int Shards = 3;

    [Fact]
    public async Task Sessions_at_once_get_the_bytes_of_an_undisturbed_run_each()
    {
        await using var server = new ServerUnderTest(Shards);
        var sessions = Sessions(1, 6);
        await Task.WhenAll(sessions.Select(async session =>
        {
            await server.OpenAsync(session);
            await server.SendAsync(session, session.Batches);
            await ExpectAsync(server, session);
        }));
        await AtRestAsync(server);
    }

    [Fact]
    public async Task What_batches_at_once_become_goes_together_to_each_destination_and_the_rest_after_the_interval()
    {
        await using var server = new ServerUnderTest(Shards, new WorkerOptions { Filters = 1, FilterGroupMax = 3, FilterInterval = TimeSpan.FromMilliseconds(300) });
        var sessions = Sessions(10, 4);
        foreach (var session in sessions) await server.OpenAsync(session);
        await Task.WhenAll(sessions.Select(session => server.SendAsync(session, session.Batches)));
        foreach (var session in sessions) await ExpectAsync(server, session);
        Assert.Contains(server.Watched.Together, together => together > 1);
        Assert.All(server.Watched.Together, together => Assert.InRange(together, 1, 3));
    }

    [Fact]
    public async Task What_was_acknowledged_before_a_restart_is_not_needed_again()
    {
        await using var server = new ServerUnderTest(Shards, new WorkerOptions { Owner = new OwnerOptions { SnapshotInterval = 2 } });
        var session = Sessions(7, 1).Single();
        await server.OpenAsync(session);
        var half = session.Batches.Count / 2;
        await server.SendAsync(session, session.Batches.Take(half));
        await server.RestartAsync();
        await server.SendAsync(session, session.Batches.Skip(half));
        await ExpectAsync(server, session);
    }

    [Fact]
    public async Task Everything_that_comes_again_after_a_restart_counts_once()
    {
        await using var server = new ServerUnderTest(Shards);
        var session = Sessions(8, 1).Single();
        await server.OpenAsync(session);
        foreach (var part in Enumerable.Range(1, 3))
        {
            await server.SendAsync(session, session.Batches.Take(session.Batches.Count * part / 4));
            await server.RestartAsync();
        }

        await server.SendAsync(session, session.Batches);
        await ExpectAsync(server, session);
    }

    [Fact]
    public async Task What_was_complete_when_the_process_died_is_answered_at_the_start_without_a_message()
    {
        await using var server = new ServerUnderTest(Shards);
        var session = Sessions(9, 1).Single();
        await server.OpenAsync(session);
        // Only the shards get everything; the process dies before any emission can arrive at a join.
        foreach (var batch in session.Batches) await JournalAtShardsAsync(server, session, batch);
        await server.RestartAsync();
        await server.SendAsync(session, session.Batches.Where(batch => !Topology.ShardTables.Contains(batch.Input.Table!)));
        // q1 reads transactions at its own join.
        await Task.WhenAll(session.Batches.Where(batch => batch.Input.Table == Transactions.Table).Select(batch => server.Bus.PublishAsync(batch, Shards)));
        await ExpectAsync(server, session);
    }

    [Fact]
    public async Task An_owner_whose_claim_was_taken_starts_over_and_loses_nothing()
    {
        await using var server = new ServerUnderTest(Shards);
        var session = Sessions(10, 1).Single();
        await server.OpenAsync(session);
        foreach (var batch in session.Batches)
        {
            await server.Storage.TakeOverAsync(Destination.Shard(1));
            await server.SendAsync(session, [batch]);
        }

        await ExpectAsync(server, session);
    }

    [Fact]
    public async Task A_damaged_message_fails_its_session_after_three_attempts_and_no_other()
    {
        await using var server = new ServerUnderTest(Shards);
        var (guilty, other) = (Sessions(11, 1).Single(), Sessions(12, 1).Single());
        await server.OpenAsync(guilty);
        await server.OpenAsync(other);
        Message[] damaged =
        [
            new(guilty.Id, Input.Of(Transactions.Table), MessageKind.Batch, 1, 1, new byte[] { 1, 2, 3 }),
            new(guilty.Id, Input.Of(MenuItems.Table), MessageKind.Batch, 1, 1, new byte[] { 1, 2, 3 }),
        ];
        var sending = damaged.Select(message => server.Bus.PublishAsync(message, Shards));
        await Task.WhenAll([.. sending, server.SendAsync(other, other.Batches)]);
        var record = await server.EndOfAsync(guilty);
        Assert.Equal(SessionState.Failed, record.State);
        Assert.Contains("could not be handled", record.Reason, StringComparison.Ordinal);
        Assert.Contains("3 attempts", record.Reason, StringComparison.Ordinal);
        Assert.Equal(0, (await server.Storage.MeasureAsync(guilty.Id)).Attempts);
        await ExpectAsync(server, other);
    }

    [Fact]
    public async Task A_second_damaged_message_of_a_session_that_has_failed_is_acknowledged_and_left_out()
    {
        await using var server = new ServerUnderTest(Shards);
        var (guilty, other) = (Sessions(16, 1).Single(), Sessions(17, 1).Single());
        await server.OpenAsync(guilty);
        await server.OpenAsync(other);
        // Some through the filter, some straight to a join: all are in flight when the first of them fails the session.
        await Task.WhenAll(Enumerable.Range(1, 20).SelectMany(number => new[] { Transactions.Table, MenuItems.Table }.Select(table =>
            server.Bus.PublishAsync(new Message(guilty.Id, Input.Of(table), MessageKind.Batch, number, 1, new byte[] { 1, 2, 3 }), Shards)))).WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        Assert.Equal(SessionState.Failed, (await server.EndOfAsync(guilty)).State);
        await AtRestAsync(server);
        await server.SendAsync(other, other.Batches);
        await ExpectAsync(server, other);
    }

    [Theory]
    [InlineData(SessionState.Complete)]
    [InlineData(SessionState.Cancelled)]
    [InlineData(SessionState.Expired)]
    public async Task What_comes_late_or_again_for_a_session_that_has_ended_or_was_purged_is_acknowledged_and_leaves_nothing(SessionState state)
    {
        await using var server = new ServerUnderTest(Shards);
        var session = Sessions(18, 1).Single();
        await server.OpenAsync(session);
        await server.SendAsync(session, state == SessionState.Complete ? session.Batches : session.Batches.Take(session.Batches.Count / 2));
        if (state == SessionState.Complete) await ExpectAsync(server, session);
        else Assert.True(await server.Storage.EndSessionAsync(session.Id, state, "A test."));

        await server.SendAsync(session, session.Batches).WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        Assert.Equal(state, (await server.EndOfAsync(session)).State);
        var footprint = await server.Storage.MeasureAsync(session.Id);
        Assert.Equal((0L, 0L, 0L), (footprint.JournalRecords, footprint.JournalBytes, footprint.Attempts));

        Assert.Equal(1, await server.Storage.PurgeAsync(TimeSpan.Zero));
        await server.SendAsync(session, session.Batches).WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        Assert.Empty(await server.Storage.ListSessionsAsync());
        await AtRestAsync(server);
    }

    [Fact]
    public async Task What_is_no_envelope_fails_its_session_too()
    {
        await using var server = new ServerUnderTest(Shards);
        var session = Sessions(13, 1).Single();
        await server.OpenAsync(session);
        await server.Bus.PublishAsync(QueueName.Of(Destination.Shard(0)), new BusMessage(session.Id, 1, new byte[] { 9, 9 }));
        Assert.Equal(SessionState.Failed, (await server.EndOfAsync(session)).State);
    }

    [Fact]
    public async Task A_message_that_fails_in_a_way_that_nobody_foresaw_fails_its_session_and_no_other()
    {
        await using var server = new ServerUnderTest(Shards);
        var other = Sessions(18, 1).Single();
        await server.OpenAsync(other);
        foreach (var (queue, number) in new[] { (QueueName.Filter, 19), (QueueName.Of(Destination.Shard(0)), 20), (QueueName.Of(new Destination(DestinationKind.Join, 2)), 21) })
        {
            var guilty = Sessions(number, 1).Single();
            await server.OpenAsync(guilty);
            using var body = new Unreadable();
            await server.Bus.PublishAsync(queue, new BusMessage(guilty.Id, 1, body.Memory));
            Assert.Equal(SessionState.Failed, (await server.EndOfAsync(guilty)).State);
        }

        await server.SendAsync(other, other.Batches);
        await ExpectAsync(server, other);
    }

    [Fact]
    public async Task What_contradicts_the_journal_fails_its_session_and_no_other()
    {
        await using var server = new ServerUnderTest(Shards);
        var (guilty, other) = (Sessions(22, 1).Single(), Sessions(23, 1).Single());
        await server.OpenAsync(guilty);
        await server.OpenAsync(other);
        await server.SendAsync(guilty, guilty.Batches.Take(1));
        // Behind the back of the owner, with its own claim: the owner holds one record of it at most.
        foreach (var sequence in (int[])[1, 2])
        {
            try
            {
                await server.Storage.AppendAsync(new CoffeeShop.Storage.Claim(Destination.Shard(0), 1), [new JournalRecord(guilty.Id, sequence, new byte[] { 0xFF })], []);
            }
            catch (StorageException) when (sequence == 1)
            {
                // There is one.
            }
        }

        await Task.WhenAll(server.SendAsync(guilty, guilty.Batches), server.SendAsync(other, other.Batches));
        Assert.Contains("contradicts", (await server.EndOfAsync(guilty)).Reason, StringComparison.Ordinal);
        await ExpectAsync(server, other);
    }

    [Fact]
    public async Task A_damaged_journal_fails_its_session_at_the_start_and_no_other()
    {
        await using var server = new ServerUnderTest(Shards);
        var (guilty, other) = (Sessions(24, 1).Single(), Sessions(25, 1).Single());
        await server.OpenAsync(guilty);
        await server.OpenAsync(other);
        await server.SendAsync(other, other.Batches.Take(other.Batches.Count / 2));
        var claim = await server.Storage.TakeOverAsync(Destination.Shard(1));
        await server.Storage.AppendAsync(claim, [new JournalRecord(guilty.Id, 1, new byte[] { 0xFF })], []);
        await server.RestartAsync();
        var record = await server.EndOfAsync(guilty);
        Assert.Equal((SessionState.Failed, "Its journal at shard.1 is damaged; the log of the server says how."), (record.State, record.Reason));
        await server.SendAsync(other, other.Batches);
        await ExpectAsync(server, other);
    }

    [Theory]
    [InlineData(nameof(IJournal.SnapshotAsync))]
    [InlineData(nameof(IJournal.CloseQueryAsync))]
    public async Task An_answer_or_a_snapshot_that_contradicts_the_journal_fails_its_session_and_no_other(string method)
    {
        var (guilty, other) = (Sessions(26, 1).Single(), Sessions(27, 1).Single());
        await using var server = new ServerUnderTest(
            Shards, new WorkerOptions { Owner = new OwnerOptions { SnapshotInterval = 1 } }, storage => WatchedStorage.Create(storage, (name, arguments) =>
            {
                if (name == method && arguments.Contains(guilty.Id)) throw new StorageException("It contradicts what is there.") { IsLasting = true, Guilty = guilty.Id };
            }));
        await server.OpenAsync(guilty);
        await server.OpenAsync(other);
        await Task.WhenAll(server.SendAsync(guilty, guilty.Batches), server.SendAsync(other, other.Batches));
        var record = await server.EndOfAsync(guilty);
        Assert.Equal(SessionState.Failed, record.State);
        Assert.Contains("contradicts itself", record.Reason, StringComparison.Ordinal);
        await ExpectAsync(server, other);
        await AtRestAsync(server);
    }

    [Fact]
    public async Task What_is_emitted_anew_after_a_restart_says_that_it_may_have_come_before()
    {
        await using var server = new ServerUnderTest(Shards);
        var session = Sessions(28, 1).Single();
        await server.OpenAsync(session);
        foreach (var batch in session.Batches) await JournalAtShardsAsync(server, session, batch);
        await server.RestartAsync();
        await server.SendAsync(session, session.Batches.Where(batch => !Topology.ShardTables.Contains(batch.Input.Table!)));
        await Task.WhenAll(session.Batches.Where(batch => batch.Input.Table == Transactions.Table).Select(batch => server.Bus.PublishAsync(batch, Shards)));
        await ExpectAsync(server, session);
        Assert.Equal(3 * Shards, server.Watched.Repeated.Count(queue => queue.Name.StartsWith("join.", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_start_waits_until_every_owner_has_recovered_and_says_for_whom()
    {
        var isInTrouble = true;
        await using var server = new ServerUnderTest(Shards, wrapStorage: storage => WatchedStorage.Create(storage, (method, arguments) =>
        {
            if (method == nameof(IJournal.ReadJournalAsync) && ((CoffeeShop.Storage.Claim)arguments[0]!).Destination == Destination.Shard(1) && Volatile.Read(ref isInTrouble))
                throw new StorageException("The journal cannot be read yet.");
        }));
        var log = new LockedWriter();
        await using (log)
        {
            using var logs = LineLoggerProvider.NewFactory(log, LogLevel.Information, TimeProvider.System);
            var recovered = server.Workers.WaitForRecoveryAsync(TimeSpan.FromMilliseconds(5), TimeProvider.System, logs.CreateLogger("Workers"), TestContext.Current.CancellationToken);
            await Eventually.Holds(
                () => log.Text.Contains("action: owner_recovered | result: in_progress | workers: shard.1\n", StringComparison.Ordinal), () => $"Expected the log to say for whom the server waits.\n{log.Text}");
            Assert.False(recovered.IsCompleted);
            Volatile.Write(ref isInTrouble, false);
            await recovered.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
            Assert.Empty(server.Workers.Recovering);
        }
    }

    [Fact]
    public async Task Messages_of_sessions_that_nobody_knows_are_acknowledged_and_left_out()
    {
        await using var server = new ServerUnderTest(Shards);
        var session = Sessions(14, 1).Single();
        await server.SendAsync(session, session.Batches);
        await AtRestAsync(server);
        Assert.Null(await server.Storage.FindSessionAsync(session.Id));
    }

    [Fact]
    public async Task Two_contents_under_one_number_fail_the_session()
    {
        await using var server = new ServerUnderTest(Shards);
        var session = WorldSession.Random(new Random(15), 15, Shards, isGuilty: true);
        await server.OpenAsync(session);
        await server.SendAsync(session, session.Batches);
        var record = await server.EndOfAsync(session);
        Assert.Equal(SessionState.Failed, record.State);
        Assert.Contains("two contents went under one number", record.Reason, StringComparison.Ordinal);
    }

    private static IReadOnlyList<WorldSession> Sessions(int first, int count) =>
        [.. Enumerable.Range(first, count).Select(number => WorldSession.Random(new Random(number), number, Shards, isGuilty: false))];

    private static async Task ExpectAsync(ServerUnderTest server, WorldSession session)
    {
        var record = await server.EndOfAsync(session);
        Assert.True(record.State == SessionState.Complete, $"{record.State}: {record.Reason}");
        Assert.Equal(session.Expected, await server.ResultAsync(session));
        var footprint = await server.Storage.MeasureAsync(session.Id);
        Assert.Equal((0, 0, 0), (footprint.JournalRecords, footprint.JournalBytes, footprint.Attempts));
    }

    /// <summary>Nothing is left on the bus: a session may be complete a moment before its joins acknowledge what completed it.</summary>
    private static Task AtRestAsync(ServerUnderTest server) =>
        Eventually.Holds(() => server.Bus.Pending == 0, () => $"{server.Bus.Pending} messages are left on the bus, expected none.");

    /// <summary>Puts what a batch says to the shards into the journal, as owners do that die right afterwards.</summary>
    private static async Task JournalAtShardsAsync(ServerUnderTest server, WorldSession session, Message batch)
    {
        // The owners of the server take over when it starts, and would take over from here.
        await server.Workers.Recovered.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        var table = batch.Input.Table!;
        if (!Topology.ShardTables.Contains(table)) return;
        var routed = batch.Kind == MessageKind.End
            ? Topology.DestinationsOf(table, Shards).Select(destination => new Routed(destination, batch))
            : new BatchFilter().Filter(batch, session.Pin);
        foreach (var (destination, message) in routed.Where(routed => routed.Destination.Kind == DestinationKind.Shard))
        {
            var claim = await server.Storage.TakeOverAsync(destination);
            var owner = new Owner<int>(destination, new OwnerOptions());
            owner.Recover(await server.Storage.ReadJournalAsync(claim));
            if (!owner.Holds(session.Id)) owner.Open(session.Id, session.Pin);
            owner.Admit(message, 0);
            await server.Storage.AppendAsync(claim, owner.Seal().Records, []);
        }
    }

    /// <summary>Bytes that throw when they are looked at, and not what damaged messages throw.</summary>
    private sealed class Unreadable : MemoryManager<byte>
    {
        public override Memory<byte> Memory => CreateMemory(10);

        public override Span<byte> GetSpan() => throw new OverflowException("Nobody foresaw this.");

        public override MemoryHandle Pin(int elementIndex = 0) => throw new NotSupportedException();

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
