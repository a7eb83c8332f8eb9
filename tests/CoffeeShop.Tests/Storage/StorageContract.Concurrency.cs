using CoffeeShop.Delivery;
using CoffeeShop.Storage;
using CoffeeShop.Tests.Oracle;

namespace CoffeeShop.Tests.Storage;

// Not the claims that tests make.
using Claim = CoffeeShop.Storage.Claim;

/// <content>Many at once.</content>
public abstract partial class StorageContract
{
    [Fact]
    public async Task Appends_of_many_owners_at_once_lose_nothing()
    {
        const int Owners = 12, Appends = 25;
        await using var test = await NewAsync();
        SessionId[] sessions = [await test.Storage.OpenSessionAsync(), await test.Storage.OpenSessionAsync(), await test.Storage.OpenSessionAsync()];
        await Task.WhenAll(Enumerable.Range(0, Owners).Select(owner => Task.Run(async () =>
        {
            var claim = await test.Storage.TakeOverAsync(Destination.Shard(owner));
            for (var sequence = 1; sequence <= Appends; sequence++)
                Assert.Empty(await test.Storage.AppendAsync(claim, [.. sessions.Select(session => Sample.Record(session, sequence, bytes: owner + sequence))]));
        })));
        await test.ReopenAsync();
        for (var owner = 0; owner < Owners; owner++)
        {
            var journal = await test.Storage.ReadJournalAsync(await test.Storage.TakeOverAsync(Destination.Shard(owner)));
            Assert.Equal(sessions.Order(), journal.Select(journaled => journaled.Session));
            foreach (var journaled in journal)
                Assert.Equal(Enumerable.Range(1, Appends).Select(sequence => Sample.Record(journaled.Session, sequence, owner + sequence)).Text(), journaled.Records.Text());
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Whoever_takes_over_reads_all_that_was_written_before_and_nothing_is_written_behind_its_back(int seed)
    {
        await using var test = await NewAsync();
        var session = await test.Storage.OpenSessionAsync();
        var random = new Random(seed);
        // Far more than happen before it is taken over.
        const int AppendsMax = 20_000;
        for (var round = 0; round < 5; round++)
        {
            var claim = await test.Storage.TakeOverAsync(Sample.Shard);
            var before = (await test.Storage.ReadJournalAsync(claim)).SingleOrDefault()?.Records.Count ?? 0;
            var acknowledged = (long)before;
            var enough = new TaskCompletionSource();
            var appendsBefore = random.Next(1, 8);
            // On a thread of its own: a storage that answers at once would never give this one back.
            var old = Task.Run(AppendManyAsync, TestContext.Current.CancellationToken);
            // Whichever comes first: an append that fails is told, and not waited for.
            await await Task.WhenAny(enough.Task, old);
            var current = await test.Storage.TakeOverAsync(Sample.Shard);
            var found = Assert.Single(await test.Storage.ReadJournalAsync(current)).Records;
            await Assert.ThrowsAsync<StaleClaimException>(() => old);
            Assert.Equal(Interlocked.Read(ref acknowledged), found.Count);
            Assert.Equal(found.Text(), Assert.Single(await test.Storage.ReadJournalAsync(current)).Records.Text());

            async Task AppendManyAsync()
            {
                for (var sequence = before + 1; sequence <= before + AppendsMax; sequence++)
                {
                    await test.Storage.AppendAsync(claim, Sample.Record(session, sequence));
                    Interlocked.Exchange(ref acknowledged, sequence);
                    if (sequence - before == appendsBefore) enough.SetResult();
                }
            }
        }
    }

    [Fact]
    public async Task Of_many_who_close_the_queries_at_once_the_last_one_completes_the_session()
    {
        await using var test = await NewAsync();
        var claims = await Task.WhenAll(Sample.Queries.Select(query => test.Storage.TakeOverAsync(Destination.Join(query))));
        for (var round = 0; round < 8; round++)
        {
            var session = await JournaledSessionWithAsync(test.Storage, claims[0]);
            // Each twice: one of the two finds it closed.
            var closings = Sample.Queries.Index().SelectMany(one => new[] { one, one })
                .Select(one => Task.Run(() => test.Storage.CloseAsync(claims[one.Index], session, one.Item, one.Item == Sample.RowQuery ? [10] : [3, 4])));
            Assert.Equal(Sample.Queries.Length, (await Task.WhenAll(closings)).Count(isFirst => isFirst));
            var record = await test.Storage.GetAsync(session);
            Assert.Equal((SessionState.Complete, Sample.Queries.Length), (record.State, record.Closed.Count));
            Assert.Equal(new SessionFootprint(0, 0, 0, 10 + (7 * (Sample.Queries.Length - 1))), await test.Storage.MeasureAsync(session));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_session_leaves_the_open_state_once_however_many_ends_it_meets(int seed)
    {
        await using var test = await NewAsync();
        var random = new Random(seed);
        var claims = await Task.WhenAll(Sample.Queries.Select(query => test.Storage.TakeOverAsync(Destination.Join(query))));
        for (var round = 0; round < 8; round++)
        {
            var session = await JournaledSessionWithAsync(test.Storage, claims[0]);
            for (var i = 0; i < claims.Length - 1; i++) await test.Storage.CloseAsync(claims[i], session, Sample.Queries[i], i == 0 ? [10] : [3]);
            Func<Task<bool>>[] ends =
            [
                () => test.Storage.EndSessionAsync(session, SessionState.Cancelled, "cancelled"),
                () => test.Storage.EndSessionAsync(session, SessionState.Failed, "failed"),
                () => test.Storage.EndSessionAsync(session, SessionState.Expired, "expired"),
                () => test.Storage.CloseAsync(claims[^1], session, Sample.Queries[^1], 5),
                async () => (await test.Storage.AppendAsync(claims[1], Sample.Record(session, 1))).Count > 1,
            ];
            var outcomes = await Task.WhenAll(random.Shuffled(ends.Index()).Select(end => Task.Run(async () => (end.Index, Won: await end.Item()))));
            var winner = Assert.Single(outcomes, outcome => outcome.Won).Index;
            var record = await test.Storage.GetAsync(session);
            SessionState[] states = [SessionState.Cancelled, SessionState.Failed, SessionState.Expired, SessionState.Complete];
            Assert.Equal(states[winner], record.State);
            Assert.Equal(new SessionFootprint(0, 0, 0, record.State == SessionState.Complete ? 10 + (3 * (claims.Length - 2)) + 5 : 0), await test.Storage.MeasureAsync(session));
        }
    }

    // The first query is the row query.
    private static async Task<SessionId> JournaledSessionWithAsync(IStorage storage, Claim rowJoin)
    {
        var session = await storage.OpenSessionAsync();
        await storage.AppendAsync(rowJoin, [Sample.Record(session, 1)], [Sample.Rows(session, 1)]);
        return session;
    }
}
