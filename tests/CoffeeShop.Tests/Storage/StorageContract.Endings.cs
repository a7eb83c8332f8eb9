using CoffeeShop.Delivery;
using CoffeeShop.Storage;
using CoffeeShop.Tables;

namespace CoffeeShop.Tests.Storage;

/// <content>Answers, and the ends of sessions.</content>
public abstract partial class StorageContract
{
    public static TheoryData<SessionState> EarlyEnds => [SessionState.Failed, SessionState.Cancelled, SessionState.Expired];

    [Fact]
    public async Task Closing_the_last_query_completes_the_session_and_leaves_its_results_alone()
    {
        await using var test = await NewAsync();
        var session = await JournaledSessionAsync(test.Storage);
        Assert.True(await test.Storage.CloseAsync(session, Sample.RowQuery, 10, 10));
        await test.Storage.CloseAllButAsync(session, Sample.RowQuery, Sample.Queries[^1]);
        Assert.Equal(SessionState.Open, (await test.Storage.GetAsync(session)).State);
        Assert.True((await test.Storage.RecoverAsync(Sample.RowJoin, session))!.IsClosed);
        Assert.True(await test.Storage.CloseAsync(session, Sample.Queries[^1], 5, 0, 7));
        await test.ReopenAsync();
        var record = await test.Storage.GetAsync(session);
        Assert.Equal((SessionState.Complete, null), (record.State, record.Reason));
        Assert.NotNull(record.EndedAt);
        Assert.Equal(Sample.Queries.Select(query => query.Id), record.Closed.Keys.Order());
        Assert.Equal(new ClosedQuery(Sample.Queries[^1].Id, 3, 12, 6), record.Closed[Sample.Queries[^1].Id]);
        Assert.Equal(new SessionFootprint(0, 0, 0, 32), await test.Storage.MeasureAsync(session));
        Assert.Null(await test.Storage.RecoverAsync(Sample.Shard, session));
        Assert.Empty(await test.Storage.FindOpenAsync([session]));
    }

    [Theory]
    [MemberData(nameof(EarlyEnds))]
    public async Task A_session_that_ends_early_leaves_nothing_but_its_record(SessionState state)
    {
        await using var test = await NewAsync();
        var (session, other) = (await JournaledSessionAsync(test.Storage), await JournaledSessionAsync(test.Storage));
        await test.Storage.CloseAsync(session, Sample.OtherQuery, 10);
        var untouched = await test.Storage.MeasureAsync(other);
        Assert.True(await test.Storage.EndSessionAsync(session, state, "users batch 3: \"why\""));
        Assert.False(await test.Storage.EndSessionAsync(session, SessionState.Expired, "later"));
        await test.ReopenAsync();
        var record = await test.Storage.GetAsync(session);
        Assert.Equal((state, "users batch 3: \"why\""), (record.State, record.Reason));
        Assert.NotNull(record.EndedAt);
        Assert.Empty(record.Closed);
        Assert.Equal(new SessionFootprint(0, 0, 0, 0), await test.Storage.MeasureAsync(session));
        Assert.Equal(untouched, await test.Storage.MeasureAsync(other));
        Assert.False(await test.Storage.CloseAsync(session, Sample.Queries[^1]));
        Assert.False(await test.Storage.EndSessionAsync(Sample.Session().Id, state, "unknown"));
    }

    [Fact]
    public async Task The_client_of_a_session_can_say_late_how_it_calls_itself()
    {
        await using var test = await NewAsync();
        var (session, other) = (await test.Storage.OpenSessionAsync(), await test.Storage.OpenSessionAsync());
        var before = await test.Storage.GetAsync(other);
        await test.Storage.EndSessionAsync(session, SessionState.Failed, "why");
        await test.Storage.LabelSessionAsync(session, "agency-7");
        await test.Storage.LabelSessionAsync(Sample.Session().Id, "agency-8");
        await test.ReopenAsync();
        Assert.Equal("agency-7", (await test.Storage.GetAsync(session)).Session.ClientId);
        Assert.Equal(before.Session.ClientId, (await test.Storage.GetAsync(other)).Session.ClientId);
    }

    [Fact]
    public async Task A_complete_session_stays_complete()
    {
        await using var test = await NewAsync();
        var session = await test.Storage.OpenSessionAsync();
        await test.Storage.CloseAllButAsync(session);
        var before = await test.Storage.GetAsync(session);
        Assert.False(await test.Storage.EndSessionAsync(session, SessionState.Cancelled, "too late"));
        Assert.False(await test.Storage.CloseAsync(session, Sample.OtherQuery, 5));
        var claim = await test.Storage.TakeOverAsync(Sample.RowJoin);
        Assert.Equal([session], await test.Storage.AppendAsync(claim, Sample.Rows(session, 1)));
        var after = await test.Storage.GetAsync(session);
        Assert.Equal((SessionState.Complete, null, before.EndedAt, before.Progress), (after.State, after.Reason, after.EndedAt, after.Progress));
        Assert.Equal(0, (await test.Storage.MeasureAsync(session)).ResultBytes);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => test.Storage.EndSessionAsync(session, SessionState.Open, ""));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => test.Storage.EndSessionAsync(session, SessionState.Complete, ""));
    }

    [Fact]
    public async Task A_query_answers_once_and_nothing_is_added_afterwards()
    {
        await using var test = await NewAsync();
        var session = await test.Storage.OpenSessionAsync();
        Assert.True(await test.Storage.CloseAsync(session, Sample.OtherQuery, 4, 5));
        Assert.False(await test.Storage.CloseAsync(session, Sample.OtherQuery, 6));
        Assert.True(await test.Storage.CloseAsync(session, Sample.RowQuery));
        var claim = await test.Storage.TakeOverAsync(Sample.RowJoin);
        await Assert.ThrowsAsync<StorageException>(() => test.Storage.AppendAsync(claim, Sample.Rows(session, 1)));
        Assert.Equal(2, (await test.Storage.GetAsync(session)).Closed[Sample.OtherQuery.Id].Chunks);
        Assert.Equal(9, (await test.Storage.MeasureAsync(session)).ResultBytes);
    }

    [Fact]
    public async Task An_answer_with_a_chunk_missing_is_not_closed()
    {
        await using var test = await NewAsync();
        var session = await test.Storage.OpenSessionAsync();
        var claim = await test.Storage.TakeOverAsync(Sample.RowJoin);
        await test.Storage.AppendAsync(claim, Sample.Rows(session, 1), Sample.Rows(session, 3));
        await Assert.ThrowsAsync<StorageException>(() => test.Storage.CloseAsync(claim, session, Sample.RowQuery, 10, 10));
        await test.Storage.AppendAsync(claim, Sample.Rows(session, 2));
        await Assert.ThrowsAsync<StorageException>(() => test.Storage.CloseAsync(claim, session, Sample.RowQuery, 10, 10, 11));
        Assert.Empty((await test.Storage.GetAsync(session)).Closed);
        Assert.True(await test.Storage.CloseAsync(claim, session, Sample.RowQuery, 10, 10, 10));
        await Assert.ThrowsAsync<ArgumentException>(() => test.Storage.CloseAsync(claim, session, Sample.OtherQuery));
    }

    [Fact]
    public async Task Results_are_read_in_order_in_pieces_no_larger_than_asked()
    {
        await using var test = await NewAsync();
        var session = await test.Storage.OpenSessionAsync();
        await test.Storage.CloseAsync(session, Sample.OtherQuery, 4, 0, 6, 100, 1);
        Assert.Equal("1 2 3", await NumbersAsync(after: 0, bytesMax: 10));
        Assert.Equal("1 2", await NumbersAsync(after: 0, bytesMax: 9));
        Assert.Equal("1", await NumbersAsync(after: 0, bytesMax: 0));
        Assert.Equal("4", await NumbersAsync(after: 3, bytesMax: 100));
        Assert.Equal("4 5", await NumbersAsync(after: 3, bytesMax: 101));
        Assert.Equal("", await NumbersAsync(after: 5, bytesMax: 100));
        var all = await test.Storage.ReadResultAsync(session, Sample.OtherQuery.Id, 0, int.MaxValue);
        int[] sizes = [4, 0, 6, 100, 1];
        Assert.Equal(sizes.Select((size, i) => new ResultChunk(i + 1, Sample.Bytes(size, i + 1))).Text(), all.Text());

        async Task<string> NumbersAsync(long after, int bytesMax) =>
            string.Join(' ', (await test.Storage.ReadResultAsync(session, Sample.OtherQuery.Id, after, bytesMax)).Select(chunk => chunk.Number));
    }

    // A session of which every part of the database holds something.
    private static async Task<SessionId> JournaledSessionAsync(IStorage storage)
    {
        var session = await storage.OpenSessionAsync();
        var shard = await storage.TakeOverAsync(Sample.Shard);
        await storage.AppendAsync(shard, Sample.Record(session, 1));
        await storage.SnapshotAsync(shard, session, 1, Sample.Bytes(20));
        await storage.AppendAsync(shard, Sample.Record(session, 2));
        var join = await storage.TakeOverAsync(Sample.RowJoin);
        await storage.AppendAsync(join, [Sample.Record(session, 1)], [Sample.Rows(session, 1), Sample.Rows(session, 2)]);
        await storage.BeginAttemptAsync(new AttemptKey(session, "filter", Input.Of(Users.Table), 1));
        await storage.RaiseMarksAsync(session, new Dictionary<Table, long> { [Users.Table] = 1 });
        await storage.SetEndAsync(session, Users.Table, new TableEnd(2, 3));
        Assert.Equal(new SessionFootprint(3, 40, 1, 20), await storage.MeasureAsync(session));
        return session;
    }
}
