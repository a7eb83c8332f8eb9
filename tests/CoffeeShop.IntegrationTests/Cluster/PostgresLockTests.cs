using CoffeeShop.Delivery;
using CoffeeShop.Storage;
using CoffeeShop.Storage.Postgres;
using CoffeeShop.Tests;
using CoffeeShop.Tests.Storage;
using Microsoft.Extensions.Time.Testing;

namespace CoffeeShop.IntegrationTests.Cluster;

/// <summary>
/// What the locks are for: each test holds a transaction back when it has done everything but commit, lets the other one
/// come, and shows what goes wrong when one lock is left out.
/// </summary>
[Trait("suite", "storage")]
public sealed class PostgresLockTests(PostgresServer server)
{
    private static readonly Locks Right = new();
    private static readonly Locks UnlockedClaim = Right with { Claim = Right.Claim.Replace(" FOR SHARE", "", StringComparison.Ordinal) };
    private static readonly Locks UnlockedAlone = Right with { Alone = Right.Alone.Replace(" FOR UPDATE", "", StringComparison.Ordinal) };

    [Fact]
    public async Task Whoever_takes_over_waits_for_the_append_of_the_owner_before_and_reads_it()
    {
        await using var test = await TwoAsync(Right);
        var claim = await test.One.TakeOverAsync(Sample.Shard);
        var session = await test.One.OpenSessionAsync();
        await using var held = await test.Probe.HoldCommitsAsync("journal");
        var append = test.One.AppendAsync(claim, Sample.Record(session, 1));
        await test.Probe.UntilWaitingAsync(1);
        var takeover = test.Other.TakeOverAsync(Sample.Shard);
        await test.Probe.UntilWaitingAsync(2);
        Assert.False(takeover.IsCompleted);
        await held.DisposeAsync();
        Assert.Empty(await append);
        Assert.Single(Assert.Single(await test.Other.ReadJournalAsync(await takeover)).Records);
        await Assert.ThrowsAsync<StaleClaimException>(() => test.One.AppendAsync(claim, Sample.Record(session, 2)));
    }

    [Fact]
    public async Task Without_the_lock_of_the_claim_an_owner_writes_behind_the_back_of_its_successor()
    {
        await using var test = await TwoAsync(UnlockedClaim);
        var claim = await test.One.TakeOverAsync(Sample.Shard);
        var session = await test.One.OpenSessionAsync();
        await using var held = await test.Probe.HoldCommitsAsync("journal");
        var append = test.One.AppendAsync(claim, Sample.Record(session, 1));
        await test.Probe.UntilWaitingAsync(1);
        var current = await test.Other.TakeOverAsync(Sample.Shard);
        Assert.Empty(await test.Other.ReadJournalAsync(current));
        await held.DisposeAsync();
        // The message is acknowledged, and whoever counts from now on has never seen it.
        Assert.Empty(await append);
        Assert.Single(await test.Other.ReadJournalAsync(current));
        await Assert.ThrowsAsync<StorageException>(() => test.Other.AppendAsync(current, Sample.Record(session, 1)));
    }

    [Fact]
    public async Task An_owner_that_stands_still_within_a_transaction_is_evicted_and_refused()
    {
        var clock = new FakeTimeProvider();
        await using var test = await TwoAsync(Right, clock);
        var claim = await test.One.TakeOverAsync(Sample.Shard);
        var session = await test.One.OpenSessionAsync();
        await using var held = await test.Probe.HoldCommitsAsync("journal");
        var append = test.One.AppendAsync(claim, Sample.Record(session, 1));
        await test.Probe.UntilWaitingAsync(1);
        var takeover = test.Other.TakeOverAsync(Sample.Shard);
        await test.Probe.UntilWaitingAsync(2);
        await Eventually.Holds(
            () =>
            {
                if (!takeover.IsCompleted) clock.Advance(PostgresStorage.EvictionPatience);
                return takeover.IsCompleted;
            },
            () => "Whoever takes over still waits, expected the owner before to be evicted.");
        var current = await takeover;
        // It was committing, so it cannot know; when it asks again, it knows.
        Assert.False((await Assert.ThrowsAsync<StorageException>(() => append)).IsLasting);
        await held.DisposeAsync();
        Assert.Empty(await test.Other.ReadJournalAsync(current));
        await Assert.ThrowsAsync<StaleClaimException>(() => test.One.AppendAsync(claim, Sample.Record(session, 1)));
        Assert.Empty(await test.Other.AppendAsync(current, Sample.Record(session, 1)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Of_two_who_close_the_last_queries_at_once_the_second_completes_the_session_thanks_to_the_lock(bool isLocked)
    {
        await using var test = await TwoAsync(isLocked ? Right : UnlockedAlone);
        var claims = await Task.WhenAll(Sample.Queries.Select(query => test.One.TakeOverAsync(Destination.Join(query))));
        var session = await test.One.OpenSessionAsync();
        for (var i = 2; i < claims.Length; i++) Assert.True(await test.One.CloseAsync(claims[i], session, Sample.Queries[i]));
        await using var held = await test.Probe.HoldCommitsAsync("closed_query");
        var closings = Enumerable.Range(0, 2).Select(i => test.One.CloseAsync(claims[i], session, Sample.Queries[i])).ToList();
        await test.Probe.UntilWaitingAsync(2);
        await held.DisposeAsync();
        Assert.All(await Task.WhenAll(closings), Assert.True);
        var record = await test.One.GetAsync(session);
        // All have answered, and without the lock nobody has noticed.
        Assert.Equal((Sample.Queries.Length, isLocked ? SessionState.Complete : SessionState.Open), (record.Closed.Count, record.State));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_end_of_a_session_waits_for_appends_and_leaves_nothing_thanks_to_the_lock(bool isLocked)
    {
        await using var test = await TwoAsync(isLocked ? Right : UnlockedAlone);
        var claim = await test.One.TakeOverAsync(Sample.RowJoin);
        var session = await test.One.OpenSessionAsync();
        await using var held = await test.Probe.HoldCommitsAsync("journal");
        var append = test.One.AppendAsync(claim, [Sample.Record(session, 1)], [Sample.Rows(session, 1)]);
        await test.Probe.UntilWaitingAsync(1);
        var end = test.One.EndSessionAsync(session, SessionState.Cancelled, "enough");
        if (isLocked) await test.Probe.UntilWaitingAsync(2);
        // An update of the state alone does not wait for those who count on it.
        else Assert.True(await end);
        await held.DisposeAsync();
        Assert.Empty(await append);
        Assert.True(await end);
        var left = await test.One.MeasureAsync(session);
        Assert.Equal(isLocked ? new SessionFootprint(0, 0, 0, 0) : new SessionFootprint(1, 10, 0, 10), left);
    }

    [Fact]
    public async Task Whoever_comes_while_a_session_ends_is_left_out()
    {
        await using var test = await TwoAsync(Right);
        var claims = await Task.WhenAll(Sample.Queries.Select(query => test.One.TakeOverAsync(Destination.Join(query))));
        var session = await test.One.OpenSessionAsync();
        for (var i = 1; i < claims.Length; i++) Assert.True(await test.One.CloseAsync(claims[i], session, Sample.Queries[i]));
        await using var held = await test.Probe.HoldCommitsAsync("closed_query");
        var last = test.One.CloseAsync(claims[0], session, Sample.Queries[0]);
        await test.Probe.UntilWaitingAsync(1);
        var append = test.Other.AppendAsync(claims[1], Sample.Record(session, 1));
        var attempt = test.Other.BeginAttemptAsync(new AttemptKey(session, "filter", Input.EmissionsOf(Sample.Queries[0]), 1));
        await test.Probe.UntilWaitingAsync(3);
        await held.DisposeAsync();
        Assert.True(await last);
        Assert.Equal([session], await append);
        Assert.Null(await attempt);
        Assert.Equal((SessionState.Complete, new SessionFootprint(0, 0, 0, 0)), ((await test.One.GetAsync(session)).State, await test.One.MeasureAsync(session)));
    }

    [Fact]
    public async Task Appends_of_many_owners_to_one_session_do_not_wait_for_each_other()
    {
        await using var test = await TwoAsync(Right);
        var claims = await Task.WhenAll(Enumerable.Range(0, 6).Select(shard => test.One.TakeOverAsync(Destination.Shard(shard))));
        var session = await test.One.OpenSessionAsync();
        for (var sequence = 1; sequence <= 2; sequence++)
        {
            // Also the second time, when what they count in is there already.
            await using var held = await test.Probe.HoldCommitsAsync("journal");
            var appends = claims.Select(claim => test.One.AppendAsync(claim, Sample.Record(session, sequence))).ToList();
            await test.Probe.UntilWaitingAsync(claims.Length);
            Assert.Equal(claims.Length, await test.Probe.ScalarAsync<int>("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'advisory' AND datname = current_database()"));
            await held.DisposeAsync();
            await Task.WhenAll(appends);
            await test.Probe.ExecuteAsync("DROP FUNCTION hold CASCADE");
        }

        Assert.Equal(2 * claims.Length, (await test.One.GetAsync(session)).Progress);
    }

    [Fact]
    public async Task Nobody_waits_in_a_circle_and_a_process_has_few_connections()
    {
        await using var test = await TwoAsync(Right, TimeProvider.System);
        SessionId[] sessions = [.. (await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => test.One.OpenSessionAsync())))];
        var owners = Enumerable.Range(0, 8).Select(shard => Task.Run(() => OwnAsync(test.One, shard, seed: shard)));
        var gateways = Enumerable.Range(0, 4).Select(gateway => Task.Run(() => ServeAsync(gateway % 2 == 0 ? test.One : test.Other, seed: gateway)));
        var all = Task.WhenAll([.. owners, .. gateways]);
        var connectionsMax = 0;
        while (!all.IsCompleted)
        {
            connectionsMax = Math.Max(connectionsMax, await test.Probe.ScalarAsync<int>(
                "SELECT max(count) FROM (SELECT count(*) FROM pg_stat_activity WHERE application_name = 'coffee' AND datname = current_database()) AS counted (count)"));
        }

        await all;
        // Two processes, as it were.
        Assert.InRange(connectionsMax, 1, 2 * 16);
        await test.Probe.ExecuteAsync("SELECT pg_stat_clear_snapshot()");
        Assert.Equal(0, await test.Probe.ScalarAsync<int>("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"));

        async Task OwnAsync(IStorage storage, int shard, int seed)
        {
            var random = new Random(seed);
            var claim = await storage.TakeOverAsync(Destination.Shard(shard));
            for (var sequence = 1; sequence <= 20; sequence++)
            {
                // In any order: the storage has its own.
                var some = random.GetItems(sessions, 4).Distinct().ToList();
                var last = (await storage.ReadJournalAsync(claim)).ToDictionary(journaled => journaled.Session, journaled => journaled.Records.Count);
                await storage.AppendAsync(claim, [.. some.Select(session => Sample.Record(session, last.GetValueOrDefault(session) + 1))]);
            }
        }

        async Task ServeAsync(IStorage storage, int seed)
        {
            var random = new Random(seed);
            for (var number = 1; number <= 20; number++)
            {
                var session = sessions[random.Next(sessions.Length)];
                await storage.RaiseMarksAsync(session, CoffeeShop.Tables.TableRegistry.All.ToDictionary(table => table, _ => (long)number));
                await storage.SetEndAsync(session, CoffeeShop.Tables.Users.Table, new TableEnd(1, 1));
                if (number == 10 + seed) await storage.EndSessionAsync(session, SessionState.Cancelled, "enough");
            }
        }
    }

    private async Task<Two> TwoAsync(Locks locks, TimeProvider? clock = null)
    {
        var address = await server.NewDatabaseAsync();
        return new Two(
            await PostgresStorage.OpenAsync(address, null, TimeProvider.System, locks),
            // By default nobody is evicted: what a slow machine does is not the matter of these tests.
            await PostgresStorage.OpenAsync(address, null, clock ?? new FakeTimeProvider(), Right),
            new PostgresProbe(address));
    }

    private sealed record Two(PostgresStorage One, PostgresStorage Other, PostgresProbe Probe) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await One.DisposeAsync();
            await Other.DisposeAsync();
            await Probe.DisposeAsync();
        }
    }
}
