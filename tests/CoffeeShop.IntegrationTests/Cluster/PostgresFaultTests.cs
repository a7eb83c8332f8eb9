using CoffeeShop.Cluster;
using CoffeeShop.Delivery;
using CoffeeShop.IntegrationTests.Drills;
using CoffeeShop.Storage;
using CoffeeShop.Storage.Postgres;
using CoffeeShop.Tests;
using CoffeeShop.Tests.Storage;

namespace CoffeeShop.IntegrationTests.Cluster;

// Not the claims that tests make.
using Claim = CoffeeShop.Storage.Claim;

/// <summary>A server that goes away, comes back, or whose answer is lost.</summary>
[Trait("suite", "storage")]
public sealed class PostgresFaultTests(PostgresServer server) : IAsyncDisposable
{
    // Of its own: it is killed.
    private readonly PostgresServer _mortal = new();

    public ValueTask DisposeAsync() => _mortal.DisposeAsync();

    [Fact]
    public async Task What_was_acknowledged_before_the_server_was_killed_is_there_afterwards()
    {
        var address = await _mortal.NewDatabaseAsync();
        await using var storage = await PostgresStorage.OpenAsync(address, null, TimeProvider.System);
        SessionId[] sessions = [await storage.OpenSessionAsync(), await storage.OpenSessionAsync()];
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var owners = Enumerable.Range(0, 4).Select(shard => new Appender(storage, Destination.Shard(shard), sessions)).ToList();
        var working = owners.Select(owner => owner.RunAsync(stop.Token)).ToList();
        for (var kill = 0; kill < 3; kill++)
        {
            // In the middle of whatever it does.
            var before = owners.ConvertAll(owner => owner.Acknowledged);
            await Eventually.Holds(
                () => owners.Zip(before).All(one => one.First.Acknowledged >= one.Second + 20) || working.Exists(work => work.IsFaulted),
                () => $"The owners have got from {string.Join(", ", before)} to {string.Join(", ", owners.Select(owner => owner.Acknowledged))}, expected 20 more of each.");
            await _mortal.Service.KillAsync();
            await _mortal.Service.StartAsync();
        }

        await stop.CancelAsync();
        await Task.WhenAll(working);
        Assert.Contains(owners, owner => owner.Recoveries > 1);
        foreach (var owner in owners) await owner.CheckAsync();
    }

    [Fact]
    public async Task A_server_that_was_stopped_goes_on_in_its_folder_with_the_same_address()
    {
        var address = await _mortal.NewDatabaseAsync();
        SessionId session;
        await using (var storage = await PostgresStorage.OpenAsync(address, 3, TimeProvider.System))
        {
            session = await storage.OpenSessionAsync();
            await _mortal.Service.StopAsync();
            var unreachable = await Assert.ThrowsAsync<StorageException>(() => storage.FindSessionAsync(session));
            Assert.False(unreachable.IsLasting);
            Assert.Contains($"127.0.0.1:{_mortal.Service.Port} cannot be reached", unreachable.Message, StringComparison.Ordinal);
            await _mortal.Service.StartAsync();
            Assert.NotNull(await storage.FindSessionAsync(session));
        }

        await using var again = await PostgresStorage.OpenAsync(address, null, TimeProvider.System);
        Assert.Equal(3, again.Shards);
        Assert.Equal(session, Assert.Single(await again.ListOpenSessionsAsync()).Session.Id);
    }

    [Fact]
    public async Task Reports_that_fail_are_told_and_go_on_when_the_server_is_back()
    {
        var address = await _mortal.NewDatabaseAsync();
        await using var storage = await PostgresStorage.OpenAsync(address, null, TimeProvider.System);
        var log = new LogWatch();
        await using var reports = await ServerReports.StartAsync(address, TimeProvider.System, log, (Roles.Database, () => Environment.ProcessId));
        await _mortal.Service.StopAsync();
        await log.SeesAsync("action: report | result: fail | member: database-1");
        await _mortal.Service.StartAsync();
        await NextBeatsAsync(await NextBeatsAsync(-1));

        async Task<long> NextBeatsAsync(long seen)
        {
            IReadOnlyList<MemberReport> members = [];
            await Eventually.Holds(
                async () =>
                {
                    members = await storage.ListMembersAsync();
                    return members is [{ Member.Name: "database-1" }] && members[0].Beats != seen;
                },
                () => $"Found the members [{string.Join(", ", members)}], expected database-1 alone, with other beats than {seen}.\n{log.Text}");
            return members[0].Beats;
        }
    }

    [Fact]
    public async Task An_append_that_is_cut_off_before_its_commit_is_refused_and_leaves_nothing()
    {
        var address = await server.NewDatabaseAsync();
        await using var storage = await PostgresStorage.OpenAsync(address, null, TimeProvider.System);
        await using var probe = new PostgresProbe(address);
        var claim = await storage.TakeOverAsync(Sample.Shard);
        var session = await storage.OpenSessionAsync();
        await using var held = await probe.HoldCommitsAsync("journal");
        var append = storage.AppendAsync(claim, Sample.Record(session, 1));
        await probe.UntilWaitingAsync(1);
        await probe.CutAsync();
        Assert.False((await Assert.ThrowsAsync<StorageException>(() => append)).IsLasting);
        await held.DisposeAsync();
        // The owner that begins anew, on new connections.
        claim = await storage.TakeOverAsync(Sample.Shard);
        Assert.Empty(await storage.ReadJournalAsync(claim));
        Assert.Empty(await storage.AppendAsync(claim, Sample.Record(session, 1)));
    }

    [Fact]
    public async Task A_write_that_is_cut_off_while_it_waits_for_a_lock_is_done_again()
    {
        var address = await server.NewDatabaseAsync();
        await using var storage = await PostgresStorage.OpenAsync(address, null, TimeProvider.System);
        await using var probe = new PostgresProbe(address);
        var claims = await Task.WhenAll(Enumerable.Range(0, 2).Select(shard => storage.TakeOverAsync(Destination.Shard(shard))));
        var session = await storage.OpenSessionAsync();
        await using var held = await probe.HoldCommitsAsync("journal");
        var append = storage.AppendAsync(claims[0], Sample.Record(session, 1));
        await probe.UntilWaitingAsync(1);
        var end = storage.EndSessionAsync(session, SessionState.Cancelled, "enough");
        await probe.UntilWaitingAsync(2);
        await probe.CutAsync();
        await Assert.ThrowsAsync<StorageException>(() => append);
        Assert.True(await end);
        Assert.Equal((SessionState.Cancelled, new SessionFootprint(0, 0, 0, 0)), ((await storage.GetAsync(session)).State, await storage.MeasureAsync(session)));
    }

    [Fact]
    public async Task Reading_goes_on_after_all_connections_were_cut()
    {
        var address = await server.NewDatabaseAsync();
        await using var storage = await PostgresStorage.OpenAsync(address, null, TimeProvider.System);
        await using var probe = new PostgresProbe(address);
        var session = await storage.OpenSessionAsync();
        // Many connections, so that those which are left in the pool are broken too.
        await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => storage.FindSessionAsync(session)));
        await probe.CutAsync();
        Assert.NotNull(await storage.FindSessionAsync(session));
        await probe.CutAsync();
        await storage.RaiseMarksAsync(session, new Dictionary<CoffeeShop.Tables.Table, long> { [CoffeeShop.Tables.Users.Table] = 4 });
        await probe.CutAsync();
        Assert.Equal([session], await storage.FindOpenAsync([session]));
    }

    [Fact]
    public async Task A_commit_whose_answer_is_lost_counts_as_refused_and_whoever_begins_anew_finds_it()
    {
        var address = await server.NewDatabaseAsync();
        await using var cable = new Cable(server.Service.Port);
        await using var storage = await PostgresStorage.OpenAsync(cable.Through(address), null, TimeProvider.System);
        var claim = await storage.TakeOverAsync(Sample.Shard);
        var session = await storage.OpenSessionAsync();
        await storage.AppendAsync(claim, Sample.Record(session, 1));
        // With the end of the text: READ COMMITTED is something else.
        cable.LoseAnswerTo("COMMIT\0"u8.ToArray());
        var refused = await Assert.ThrowsAsync<StorageException>(() => storage.AppendAsync(claim, Sample.Record(session, 2)));
        Assert.Equal((false, null, 1), (refused.IsLasting, refused.Guilty, cable.Lost));
        var current = await storage.TakeOverAsync(Sample.Shard);
        Assert.Equal(2, Assert.Single(await storage.ReadJournalAsync(current)).Records.Count);
        await Assert.ThrowsAsync<StaleClaimException>(() => storage.AppendAsync(claim, Sample.Record(session, 2)));
        Assert.Empty(await storage.AppendAsync(current, Sample.Record(session, 3)));
    }

    [Fact]
    public async Task Connections_that_are_reset_at_any_moment_are_trouble_and_never_a_mistake()
    {
        var address = await server.NewDatabaseAsync();
        await using var cable = new Cable(server.Service.Port);
        await using var storage = await PostgresStorage.OpenAsync(cable.Through(address), null, TimeProvider.System);
        var session = await storage.OpenSessionAsync();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var asking = Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    await storage.FindSessionAsync(session);
                    await storage.RaiseMarksAsync(session, new Dictionary<CoffeeShop.Tables.Table, long> { [CoffeeShop.Tables.Users.Table] = 4 });
                }
                catch (StorageException e) when (!e.IsLasting)
                {
                    // Asked again.
                }
            }
        })));
        for (var i = 0; i < 500 && !asking.IsCompleted; i++)
        {
            await Task.Delay(i % 20, TestContext.Current.CancellationToken);
            cable.Cut(resets: true);
        }

        await stop.CancelAsync();
        await asking;
    }

    /// <summary>An owner that begins anew whenever a write is refused, as the workers do, and knows what it was promised.</summary>
    private sealed class Appender(PostgresStorage storage, Destination destination, SessionId[] sessions)
    {
        private long _acknowledged;

        public long Acknowledged => Interlocked.Read(ref _acknowledged);

        public int Recoveries { get; private set; }

        public async Task RunAsync(CancellationToken stop)
        {
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    var claim = await storage.TakeOverAsync(destination);
                    var next = await LastAsync(claim) + 1;
                    Recoveries++;
                    for (; !stop.IsCancellationRequested; next++)
                    {
                        await storage.AppendAsync(claim, [.. sessions.Select(session => Sample.Record(session, next, bytes: 3000))]);
                        Interlocked.Exchange(ref _acknowledged, next);
                    }
                }
                catch (StorageException e) when (!e.IsLasting)
                {
                    // Begins anew.
                }
            }
        }

        public async Task CheckAsync() => Assert.Equal(Acknowledged, await LastAsync(await storage.TakeOverAsync(destination)));

        // All that was acknowledged is there, and at most the one beyond that nobody knows of; in both sessions or in none.
        private async Task<long> LastAsync(Claim claim)
        {
            var journal = await storage.ReadJournalAsync(claim);
            var last = journal.Count == 0 ? 0 : journal[0].Records.Count;
            Assert.InRange(last, Acknowledged, Acknowledged + 1);
            foreach (var journaled in journal)
                Assert.Equal(Enumerable.Range(1, last).Select(sequence => Sample.Record(journaled.Session, sequence, 3000)).Text(), journaled.Records.Text());
            Assert.Equal(last == 0 ? 0 : sessions.Length, journal.Count);
            return last;
        }
    }
}
