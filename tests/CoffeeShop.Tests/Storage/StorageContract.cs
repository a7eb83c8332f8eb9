using CoffeeShop.Delivery;
using CoffeeShop.Storage;
using CoffeeShop.Tables;

namespace CoffeeShop.Tests.Storage;

/// <summary>What every database promises: each implementation has a class that derives from this.</summary>
public abstract partial class StorageContract
{
    /// <summary>A new, empty database.</summary>
    protected abstract Task<StorageUnderTest> NewAsync();

    [Fact]
    public async Task A_session_is_found_as_it_was_registered_also_after_reopening()
    {
        await using var test = await NewAsync();
        var session = Sample.Session() with { Agency = null, Fingerprint = default, SecretHash = default };
        var other = Sample.Session("agencia-2");
        await test.Storage.CreateSessionAsync(session);
        await test.Storage.CreateSessionAsync(other);
        for (var i = 0; i < 2; i++)
        {
            AssertSame(session, (await test.Storage.GetAsync(session.Id)).Session);
            var found = await test.Storage.GetAsync(other.Id);
            AssertSame(other, found.Session);
            Assert.Equal((SessionState.Open, null, null), (found.State, found.Reason, found.EndedAt));
            Assert.Empty(found.Ends);
            Assert.Empty(found.Marks);
            Assert.Empty(found.Closed);
            Assert.Equal([other.Id, session.Id], (await test.Storage.ListSessionsAsync()).Select(known => known.Session.Id));
            Assert.Equal([other.Id, session.Id], (await test.Storage.ListOpenSessionsAsync()).Select(known => known.Session.Id));
            Assert.Null(await test.Storage.FindSessionAsync(Sample.Session().Id));
            await test.ReopenAsync();
        }
    }

    [Fact]
    public async Task An_id_is_registered_once()
    {
        await using var test = await NewAsync();
        var session = Sample.Session();
        await test.Storage.CreateSessionAsync(session);
        await Assert.ThrowsAsync<StorageException>(() => test.Storage.CreateSessionAsync(session with { ClientId = "another" }));
        AssertSame(session, (await test.Storage.GetAsync(session.Id)).Session);
    }

    [Fact]
    public async Task The_end_of_a_table_is_set_once()
    {
        await using var test = await NewAsync();
        var session = await test.Storage.OpenSessionAsync();
        var end = new TableEnd(7, ulong.MaxValue - 1);
        Assert.Equal(EndOutcome.Set, await test.Storage.SetEndAsync(session, Users.Table, end));
        Assert.Equal(EndOutcome.Equal, await test.Storage.SetEndAsync(session, Users.Table, end));
        Assert.Equal(EndOutcome.Conflict, await test.Storage.SetEndAsync(session, Users.Table, end with { Last = 8 }));
        Assert.Equal(EndOutcome.Conflict, await test.Storage.SetEndAsync(session, Users.Table, end with { HashSum = 1 }));
        Assert.Equal(EndOutcome.Set, await test.Storage.SetEndAsync(session, Stores.Table, default));
        await test.ReopenAsync();
        var ends = (await test.Storage.GetAsync(session)).Ends;
        Assert.Equal((2, end, default(TableEnd)), (ends.Count, ends[Users.Table], ends[Stores.Table]));
        Assert.Equal(EndOutcome.NotOpen, await test.Storage.SetEndAsync(Sample.Session().Id, Users.Table, end));
        await test.Storage.EndSessionAsync(session, SessionState.Cancelled, "enough");
        Assert.Equal(EndOutcome.NotOpen, await test.Storage.SetEndAsync(session, Users.Table, end));
    }

    [Fact]
    public async Task Of_many_ends_at_once_one_is_set_and_the_others_see_it()
    {
        await using var test = await NewAsync();
        var session = await test.Storage.OpenSessionAsync();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() => test.Storage.SetEndAsync(session, Users.Table, new TableEnd(i % 4, 0)))));
        var last = (await test.Storage.GetAsync(session)).Ends[Users.Table].Last;
        Assert.Single(outcomes, EndOutcome.Set);
        Assert.All(outcomes.Index(), one => Assert.Equal(one.Index % 4 != last, one.Item == EndOutcome.Conflict));
    }

    [Fact]
    public async Task A_mark_never_falls_and_is_raised_in_open_sessions_alone()
    {
        await using var test = await NewAsync();
        var session = await test.Storage.OpenSessionAsync();
        await test.Storage.RaiseMarksAsync(session, new Dictionary<Table, long> { [Users.Table] = 5, [Stores.Table] = 1 });
        await test.Storage.RaiseMarksAsync(session, new Dictionary<Table, long> { [Users.Table] = 3, [Stores.Table] = 2 });
        await test.ReopenAsync();
        var marks = (await test.Storage.GetAsync(session)).Marks;
        Assert.Equal((2, 5, 2), (marks.Count, marks[Users.Table], marks[Stores.Table]));
        await test.Storage.EndSessionAsync(session, SessionState.Failed, "why");
        await test.Storage.RaiseMarksAsync(session, new Dictionary<Table, long> { [Users.Table] = 9 });
        Assert.Equal(5, (await test.Storage.GetAsync(session)).Marks[Users.Table]);
        await test.Storage.RaiseMarksAsync(Sample.Session().Id, new Dictionary<Table, long> { [Users.Table] = 9 });
    }

    [Fact]
    public async Task Progress_grows_with_what_is_applied_and_with_nothing_else()
    {
        await using var test = await NewAsync();
        var session = await test.Storage.OpenSessionAsync();
        var claim = await test.Storage.TakeOverAsync(Sample.Shard);
        await Grows(() => test.Storage.AppendAsync(claim, Sample.Record(session, 1)));
        await Grows(() => test.Storage.RaiseMarksAsync(session, new Dictionary<Table, long> { [Users.Table] = 1 }));
        await Stays(() => test.Storage.RaiseMarksAsync(session, new Dictionary<Table, long> { [Users.Table] = 1 }));
        await Grows(() => test.Storage.SetEndAsync(session, Users.Table, default));
        await Stays(() => test.Storage.SetEndAsync(session, Users.Table, default));
        await Grows(() => test.Storage.CloseAsync(session, Sample.OtherQuery));
        await Stays(() => test.Storage.CloseAsync(session, Sample.OtherQuery));
        await Stays(() => test.Storage.BeginAttemptAsync(new AttemptKey(session, "filter", Input.Of(Users.Table), 1)));

        async Task Grows(Func<Task> what) => Assert.True(await DifferenceAsync(what) > 0);
        async Task Stays(Func<Task> what) => Assert.Equal(0, await DifferenceAsync(what));
        async Task<long> DifferenceAsync(Func<Task> what)
        {
            var before = (await test.Storage.GetAsync(session)).Progress;
            await what();
            return (await test.Storage.GetAsync(session)).Progress - before;
        }
    }

    [Fact]
    public async Task Ended_sessions_are_forgotten_after_their_time_and_open_ones_never()
    {
        await using var test = await NewAsync();
        var (open, complete, failed) = (await test.Storage.OpenSessionAsync(), await test.Storage.OpenSessionAsync(), await test.Storage.OpenSessionAsync());
        await test.Storage.CloseAsync(complete, Sample.OtherQuery, 10);
        await test.Storage.CloseAllButAsync(complete, Sample.OtherQuery);
        await test.Storage.EndSessionAsync(failed, SessionState.Failed, "why");
        Assert.Equal(0, await test.Storage.PurgeAsync(TimeSpan.FromHours(1)));
        Assert.Equal(3, (await test.Storage.ListSessionsAsync()).Count);
        Assert.Equal(open, Assert.Single(await test.Storage.ListOpenSessionsAsync()).Session.Id);
        Assert.Equal(2, await test.Storage.PurgeAsync(TimeSpan.Zero));
        Assert.Equal(open, Assert.Single(await test.Storage.ListSessionsAsync()).Session.Id);
        Assert.Empty(await test.Storage.ReadResultAsync(complete, Sample.OtherQuery.Id, 0, 1000));
        Assert.Equal(new SessionFootprint(0, 0, 0, 0), await test.Storage.MeasureAsync(complete));
    }

    private static void AssertSame(NewSession expected, NewSession actual)
    {
        Assert.Equal(expected.SecretHash.ToArray(), actual.SecretHash.ToArray());
        Assert.Equal(expected.Fingerprint.ToArray(), actual.Fingerprint.ToArray());
        Assert.Equal(expected with { SecretHash = default, Fingerprint = default }, actual with { SecretHash = default, Fingerprint = default });
    }
}
