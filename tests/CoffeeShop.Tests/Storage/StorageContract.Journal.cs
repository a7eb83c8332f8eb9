using CoffeeShop.Delivery;
using CoffeeShop.Storage;
using CoffeeShop.Tables;

namespace CoffeeShop.Tests.Storage;

// Not the claims that tests make.
using Claim = CoffeeShop.Storage.Claim;

/// <content>Owners, their journal and their snapshots.</content>
public abstract partial class StorageContract
{
    [Fact]
    public async Task What_is_appended_is_read_back_in_order_also_after_reopening()
    {
        await using var test = await NewAsync();
        var (a, b, empty) = (await test.Storage.OpenSessionAsync(), await test.Storage.OpenSessionAsync(), await test.Storage.OpenSessionAsync());
        var claim = await test.Storage.TakeOverAsync(Sample.Shard);
        JournalRecord[] records = [Sample.Record(a, 1), Sample.Record(a, 2, bytes: 0), Sample.Record(a, 3, bytes: 300_000)];
        Assert.Empty(await test.Storage.AppendAsync(claim, records[0], Sample.Record(b, 1)));
        foreach (var record in records[1..]) await test.Storage.AppendAsync(claim, record);
        await test.ReopenAsync();
        var journal = await test.Storage.ReadJournalAsync(await test.Storage.TakeOverAsync(Sample.Shard));
        Assert.Equal([a, b], journal.Select(session => session.Session));
        Assert.Equal(records.Text(), journal[0].Records.Text());
        Assert.Equal(Sample.Session().Pin, journal[0].Pin);
        Assert.Equal((false, 0, 0, 0), (journal[0].IsClosed, journal[0].SnapshotSequence, journal[0].Snapshot.Length, journal[0].Rows.Count));
        Assert.Null(await test.Storage.RecoverAsync(Destination.Shard(1), a));
        Assert.Null(await test.Storage.RecoverAsync(Sample.Shard, empty));
    }

    [Fact]
    public async Task A_snapshot_takes_the_place_of_exactly_the_records_it_covers()
    {
        await using var test = await NewAsync();
        var (session, other) = (await test.Storage.OpenSessionAsync(), await test.Storage.OpenSessionAsync());
        var claim = await test.Storage.TakeOverAsync(Sample.Shard);
        for (var sequence = 1; sequence <= 5; sequence++) await test.Storage.AppendAsync(claim, Sample.Record(session, sequence), Sample.Record(other, sequence));
        await test.Storage.SnapshotAsync(claim, session, 2, Sample.Bytes(20));
        await test.Storage.SnapshotAsync(claim, session, 3, Sample.Bytes(30));
        await test.ReopenAsync();
        var journaled = (await test.Storage.RecoverAsync(Sample.Shard, session))!;
        Assert.Equal((3, "4 5"), (journaled.SnapshotSequence, string.Join(' ', journaled.Records.Select(record => record.Sequence))));
        Assert.Equal(Sample.Bytes(30).ToArray(), journaled.Snapshot.ToArray());
        Assert.Equal(new SessionFootprint(3, 50, 0, 0), await test.Storage.MeasureAsync(session));
        Assert.Equal(5, (await test.Storage.RecoverAsync(Sample.Shard, other))!.Records.Count);
    }

    [Fact]
    public async Task Records_go_on_after_a_snapshot_of_all_of_them()
    {
        await using var test = await NewAsync();
        var session = await test.Storage.OpenSessionAsync();
        var claim = await test.Storage.TakeOverAsync(Sample.Shard);
        await test.Storage.AppendAsync(claim, Sample.Record(session, 1));
        await test.Storage.SnapshotAsync(claim, session, 1, Sample.Bytes(20));
        await Assert.ThrowsAsync<StorageException>(() => test.Storage.AppendAsync(claim, Sample.Record(session, 1)));
        await test.Storage.AppendAsync(claim, Sample.Record(session, 2));
        Assert.Equal("2", string.Join(' ', (await test.Storage.RecoverAsync(Sample.Shard, session))!.Records.Select(record => record.Sequence)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public async Task A_record_that_does_not_follow_the_last_one_is_refused_with_everything_beside_it(long sequence)
    {
        await using var test = await NewAsync();
        var (session, other) = (await test.Storage.OpenSessionAsync(), await test.Storage.OpenSessionAsync());
        var claim = await test.Storage.TakeOverAsync(Sample.Shard);
        await test.Storage.AppendAsync(claim, Sample.Record(session, 1));
        await test.Storage.AppendAsync(claim, Sample.Record(session, 2));
        await Assert.ThrowsAsync<StorageException>(() => test.Storage.AppendAsync(claim, Sample.Record(other, 1), Sample.Record(session, sequence)));
        Assert.Null(await test.Storage.RecoverAsync(Sample.Shard, other));
        Assert.Equal(2, (await test.Storage.RecoverAsync(Sample.Shard, session))!.Records.Count);
    }

    [Fact]
    public async Task A_snapshot_of_records_that_are_not_there_is_refused()
    {
        await using var test = await NewAsync();
        var session = await test.Storage.OpenSessionAsync();
        var claim = await test.Storage.TakeOverAsync(Sample.Shard);
        for (var sequence = 1; sequence <= 3; sequence++) await test.Storage.AppendAsync(claim, Sample.Record(session, sequence));
        await Assert.ThrowsAsync<StorageException>(() => test.Storage.SnapshotAsync(claim, session, 4, Sample.Bytes(20)));
        await test.Storage.SnapshotAsync(claim, session, 2, Sample.Bytes(20));
        await Assert.ThrowsAsync<StorageException>(() => test.Storage.SnapshotAsync(claim, session, 1, Sample.Bytes(20)));
        var journaled = (await test.Storage.RecoverAsync(Sample.Shard, session))!;
        Assert.Equal((2, 1), (journaled.SnapshotSequence, journaled.Records.Count));
    }

    [Fact]
    public async Task The_rows_of_a_row_query_are_journal_ledger_and_result_at_once()
    {
        await using var test = await NewAsync();
        var session = await test.Storage.OpenSessionAsync();
        var claim = await test.Storage.TakeOverAsync(Sample.RowJoin);
        RowChunk[] chunks = [Sample.Rows(session, 3), Sample.Rows(session, 1, bytes: 0), Sample.Rows(session, 2) with { Hash = ulong.MaxValue }];
        await test.Storage.AppendAsync(claim, [Sample.Record(session, 1)], chunks);
        await test.ReopenAsync();
        var journaled = (await test.Storage.RecoverAsync(Sample.RowJoin, session))!;
        var expected = chunks.OrderBy(chunk => chunk.Number).ToList();
        Assert.Equal(expected.Select(chunk => new RowEntry(chunk.Number, chunk.Hash, chunk.Rows, chunk.Bytes.Length)), journaled.Rows);
        Assert.Single(journaled.Records);
        Assert.Equal(expected.Select(chunk => new ResultChunk(chunk.Number, chunk.Bytes)).Text(), (await test.Storage.ReadResultAsync(session, Sample.RowQuery.Id, 0, 1000)).Text());
    }

    [Fact]
    public async Task Rows_that_are_there_are_not_written_again()
    {
        await using var test = await NewAsync();
        var session = await test.Storage.OpenSessionAsync();
        var claim = await test.Storage.TakeOverAsync(Sample.RowJoin);
        await test.Storage.AppendAsync(claim, Sample.Rows(session, 1));
        await Assert.ThrowsAsync<StorageException>(() => test.Storage.AppendAsync(claim, Sample.Rows(session, 2), Sample.Rows(session, 1, bytes: 20)));
        Assert.Equal("1", string.Join(' ', (await test.Storage.ReadResultAsync(session, Sample.RowQuery.Id, 0, 1000)).Select(chunk => chunk.Number)));
        await Assert.ThrowsAsync<ArgumentException>(async () => await test.Storage.AppendAsync(await test.Storage.TakeOverAsync(Sample.Shard), Sample.Rows(session, 2)));
    }

    [Fact]
    public async Task Sessions_that_are_not_open_are_left_out_and_named()
    {
        await using var test = await NewAsync();
        var (open, ended, unknown) = (await test.Storage.OpenSessionAsync(), await test.Storage.OpenSessionAsync(), Sample.Session().Id);
        await test.Storage.EndSessionAsync(ended, SessionState.Expired, "silence");
        var claim = await test.Storage.TakeOverAsync(Sample.RowJoin);
        var left = await test.Storage.AppendAsync(
            claim,
            [Sample.Record(ended, 1), Sample.Record(open, 1), Sample.Record(unknown, 1)],
            [Sample.Rows(unknown, 1), Sample.Rows(ended, 1), Sample.Rows(open, 1)]);
        Assert.Equal(new[] { ended, unknown }.Order(), left.Order());
        await test.Storage.SnapshotAsync(claim, ended, 1, Sample.Bytes(5));
        await test.Storage.SnapshotAsync(claim, unknown, 1, Sample.Bytes(5));
        Assert.Equal(new SessionFootprint(1, 10, 0, 10), await test.Storage.MeasureAsync(open));
        Assert.Equal(new SessionFootprint(0, 0, 0, 0), await test.Storage.MeasureAsync(ended));
        Assert.Equal(new SessionFootprint(0, 0, 0, 0), await test.Storage.MeasureAsync(unknown));
        Assert.Equal([open], await test.Storage.FindOpenAsync([ended, open, unknown]));
    }

    [Fact]
    public async Task A_stale_claim_reads_and_writes_nothing()
    {
        await using var test = await NewAsync();
        var session = await test.Storage.OpenSessionAsync();
        var stale = await test.Storage.TakeOverAsync(Sample.RowJoin);
        await test.Storage.AppendAsync(stale, Sample.Record(session, 1));
        await test.Storage.ReadJournalAsync(stale);
        await test.ReopenAsync();
        var current = await test.Storage.TakeOverAsync(Sample.RowJoin);
        Assert.True(current.Epoch > stale.Epoch);
        var before = await test.Storage.GetAsync(session);
        foreach (var claim in new[] { stale, current with { Epoch = current.Epoch + 1 }, new Claim(Destination.Shard(5), 1) })
        {
            await Refused(claim, () => test.Storage.AppendAsync(claim, Sample.Record(session, 2)));
            await Refused(claim, () => test.Storage.SnapshotAsync(claim, session, 1, Sample.Bytes(5)));
            await Refused(claim, () => test.Storage.ReadJournalAsync(claim));
        }

        await Refused(stale, () => test.Storage.AppendAsync(stale, Sample.Rows(session, 1)));
        await Refused(stale, () => test.Storage.CloseAsync(stale, session, Sample.RowQuery));
        Assert.Equal(before.Progress, (await test.Storage.GetAsync(session)).Progress);
        Assert.Equal(new SessionFootprint(1, 10, 0, 0), await test.Storage.MeasureAsync(session));
        await test.Storage.AppendAsync(current, Sample.Record(session, 2));

        static async Task Refused(Claim claim, Func<Task> what) => Assert.Equal(claim, (await Assert.ThrowsAsync<StaleClaimException>(what)).Claim);
    }

    [Fact]
    public async Task Attempts_are_counted_until_they_are_cleared_also_over_restarts()
    {
        await using var test = await NewAsync();
        var session = await test.Storage.OpenSessionAsync();
        var message = new AttemptKey(session, "shard.0", Input.Of(Users.Table), 4);
        Assert.Equal(new Attempts(0, 0), await test.Storage.BeginAttemptAsync(message));
        Assert.Equal(new Attempts(1, 1), await test.Storage.FailAttemptAsync(message));
        await test.ReopenAsync();
        Assert.Equal(new Attempts(1, 1), await test.Storage.BeginAttemptAsync(message));
        Assert.Equal(new Attempts(2, 1), await test.Storage.BeginAttemptAsync(message));
        foreach (var other in new[] { message with { Queue = "shard.1" }, message with { Number = 0 }, message with { Input = Input.Of(Stores.Table) } })
            Assert.Equal(new Attempts(0, 0), await test.Storage.BeginAttemptAsync(other));
        Assert.Equal(4, (await test.Storage.MeasureAsync(session)).Attempts);
        await test.Storage.ClearAttemptsAsync(message);
        Assert.Equal(3, (await test.Storage.MeasureAsync(session)).Attempts);
        Assert.Equal(new Attempts(0, 0), await test.Storage.BeginAttemptAsync(message));
    }

    [Fact]
    public async Task Attempts_at_messages_of_sessions_that_are_not_open_leave_nothing_behind()
    {
        await using var test = await NewAsync();
        var ended = await test.Storage.OpenSessionAsync();
        await test.Storage.EndSessionAsync(ended, SessionState.Cancelled, "enough");
        foreach (var session in new[] { ended, Sample.Session().Id })
        {
            var message = new AttemptKey(session, "filter", Input.Of(Users.Table), 1);
            Assert.Null(await test.Storage.BeginAttemptAsync(message));
            Assert.Null(await test.Storage.FailAttemptAsync(message));
            Assert.Equal(0, (await test.Storage.MeasureAsync(session)).Attempts);
        }
    }
}
