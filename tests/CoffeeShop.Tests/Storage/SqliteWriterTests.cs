using CoffeeShop.Delivery;
using CoffeeShop.Storage;
using Microsoft.Data.Sqlite;

namespace CoffeeShop.Tests.Storage;

/// <summary>How the one writer commits, and what it does in trouble.</summary>
[Trait("suite", "storage")]
public sealed class SqliteWriterTests
{
    [Fact]
    public async Task Whatever_is_asked_during_a_commit_is_committed_together()
    {
        await using var test = new SqliteUnderTest();
        var session = await test.Storage.OpenSessionAsync();
        var claims = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => test.Storage.TakeOverAsync(Destination.Shard(i))));
        var before = test.Writer.Commits;
        using var busy = new Busy(test);
        var appends = claims.Select(claim => test.Storage.AppendAsync(claim, Sample.Record(session, 1))).ToList();
        Assert.All(appends, append => Assert.False(append.IsCompleted));
        busy.End();
        await Task.WhenAll(appends);
        // One for what the writer was busy with, and one for all the others.
        Assert.Equal(2, test.Writer.Commits - before);
    }

    [Fact]
    public async Task What_fails_for_its_own_reason_fails_alone()
    {
        await using var test = new SqliteUnderTest();
        var session = await test.Storage.OpenSessionAsync();
        var (stale, other) = (await test.Storage.TakeOverAsync(Destination.Shard(0)), await test.Storage.TakeOverAsync(Destination.Shard(1)));
        using var busy = new Busy(test);
        var first = test.Storage.AppendAsync(stale, Sample.Record(session, 1));
        var takeOver = test.Storage.TakeOverAsync(stale.Destination);
        var late = test.Storage.AppendAsync(stale, Sample.Record(session, 2));
        var wrong = test.Storage.AppendAsync(other, Sample.Record(session, 1), Sample.Record(session, 3));
        var again = test.Storage.CreateSessionAsync(Sample.Session() with { Id = session });
        var right = test.Storage.AppendAsync(other, Sample.Record(session, 1));
        busy.End();
        await first;
        await takeOver;
        await right;
        await Assert.ThrowsAsync<StaleClaimException>(() => late);
        await Assert.ThrowsAsync<StorageException>(() => wrong);
        await Assert.ThrowsAsync<StorageException>(() => again);
        Assert.Equal(2, (await test.Storage.MeasureAsync(session)).JournalRecords);
    }

    [Fact]
    public async Task A_commit_that_fails_fails_all_of_it_and_the_next_one_goes_on()
    {
        await using var test = new SqliteUnderTest();
        var session = await test.Storage.OpenSessionAsync();
        var claim = await test.Storage.TakeOverAsync(Sample.Shard);
        using var busy = new Busy(test);
        var append = test.Storage.AppendAsync(claim, Sample.Record(session, 1));
        var refused = test.Storage.AppendAsync(claim with { Epoch = 99 }, Sample.Record(session, 1));
        // A reference to nothing that is looked at only when the transaction is committed.
        var fault = test.Writer.WriteAsync(0, connection =>
        {
            connection.Execute("PRAGMA defer_foreign_keys = ON");
            return connection.Execute("INSERT INTO mark VALUES (x'00', 4, 1)");
        });
        busy.End();
        await busy.Task;
        foreach (var task in new Task[] { append, refused, fault }) await Assert.ThrowsAsync<StorageException>(() => task);
        Assert.Equal(0, (await test.Storage.MeasureAsync(session)).JournalRecords);
        await test.Storage.AppendAsync(claim, Sample.Record(session, 1));
        await test.ReopenAsync();
        Assert.Equal(1, (await test.Storage.MeasureAsync(session)).JournalRecords);
    }

    [Fact]
    public async Task A_full_disk_is_told_and_what_fits_again_is_written()
    {
        await using var test = new SqliteUnderTest();
        var session = await test.Storage.OpenSessionAsync();
        var claim = await test.Storage.TakeOverAsync(Sample.Shard);
        await test.Storage.AppendAsync(claim, Sample.Record(session, 1, bytes: 100_000));
        await LimitAsync("(SELECT page_count + 20 FROM pragma_page_count)");
        var message = (await Assert.ThrowsAsync<StorageException>(() => test.Storage.AppendAsync(claim, Sample.Record(session, 2, bytes: 1_000_000)))).Message;
        Assert.Contains("the disk is full", message, StringComparison.Ordinal);
        Assert.Contains(test.Folder["coffee.db"], message, StringComparison.Ordinal);
        Assert.Equal(1, (await test.Storage.MeasureAsync(session)).JournalRecords);
        await test.Storage.AppendAsync(claim, Sample.Record(session, 2, bytes: 100));
        await LimitAsync("1000000");
        await test.Storage.AppendAsync(claim, Sample.Record(session, 3, bytes: 1_000_000));
        await test.ReopenAsync();
        Assert.Equal(new SessionFootprint(3, 1_100_100, 0, 0), await test.Storage.MeasureAsync(session));

        async Task LimitAsync(string pages)
        {
            var limit = await test.Writer.WriteAsync(0, connection => connection.Number($"SELECT {pages}"));
            await test.Writer.WriteAsync(0, connection => connection.Number($"PRAGMA max_page_count = {limit}"));
        }
    }

    [Fact]
    public async Task The_log_does_not_grow_with_what_is_written()
    {
        await using var test = new SqliteUnderTest();
        var session = await test.Storage.OpenSessionAsync();
        var claim = await test.Storage.TakeOverAsync(Sample.Shard);
        for (var sequence = 1; sequence <= 40; sequence++)
        {
            await test.Storage.AppendAsync(claim, Sample.Record(session, sequence, bytes: 2_000_000));
            await test.Storage.SnapshotAsync(claim, session, sequence, Sample.Bytes(10));
        }

        Assert.InRange(new FileInfo(test.Folder["coffee.db-wal"]).Length, 0, 32 << 20);
        Assert.InRange(new FileInfo(test.Folder["coffee.db"]).Length, 0, 32 << 20);
    }

    [Fact]
    public async Task A_file_that_another_process_holds_is_told_when_patience_ends()
    {
        await using var test = new SqliteUnderTest();
        var session = await test.Storage.OpenSessionAsync();
        await test.Writer.WriteAsync(0, connection => connection.Execute("PRAGMA busy_timeout = 10"));
        using (var other = new SqliteConnection($"Data Source={test.Folder["coffee.db"]};Pooling=False"))
        {
            await other.OpenAsync(TestContext.Current.CancellationToken);
            await using var transaction = await other.BeginTransactionAsync(TestContext.Current.CancellationToken);
            var message = (await Assert.ThrowsAsync<StorageException>(() => test.Storage.TakeOverAsync(Sample.Shard))).Message;
            Assert.Contains("locked by another process", message, StringComparison.Ordinal);
            // Reading goes on.
            await test.Storage.GetAsync(session);
        }

        await test.Storage.TakeOverAsync(Sample.Shard);
    }

    [Fact]
    public async Task Sessions_are_forgotten_by_the_clock_of_the_database()
    {
        await using var test = new SqliteUnderTest();
        var session = await test.Storage.OpenSessionAsync();
        test.Clock.Advance(TimeSpan.FromDays(30));
        await test.Storage.EndSessionAsync(session, SessionState.Failed, "why");
        var record = await test.Storage.GetAsync(session);
        Assert.Equal(TimeSpan.FromDays(30), record.EndedAt - record.CreatedAt);
        test.Clock.Advance(TimeSpan.FromDays(7) - TimeSpan.FromSeconds(1));
        Assert.Equal(0, await test.Storage.PurgeAsync(TimeSpan.FromDays(7)));
        test.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, await test.Storage.PurgeAsync(TimeSpan.FromDays(7)));
    }

    [Fact]
    public async Task Each_session_is_forgotten_in_a_transaction_of_its_own()
    {
        await using var test = new SqliteUnderTest();
        for (var i = 0; i < 5; i++) await test.Storage.EndSessionAsync(await test.Storage.OpenSessionAsync(), SessionState.Failed, "why");
        var before = test.Writer.Commits;
        Assert.Equal(5, await test.Storage.PurgeAsync(TimeSpan.Zero));
        Assert.Equal(6, test.Writer.Commits - before);
    }

    [Fact]
    public async Task A_closed_database_says_so()
    {
        var test = new SqliteUnderTest();
        var pending = test.Storage.OpenSessionAsync();
        await test.Storage.DisposeAsync();
        await pending;
        await test.Storage.DisposeAsync();
        await Assert.ThrowsAsync<StorageException>(() => test.Storage.TakeOverAsync(Sample.Shard));
        await Assert.ThrowsAsync<StorageException>(() => test.Storage.ListSessionsAsync());
        await test.DisposeAsync();
    }

    /// <summary>Keeps the writer in the middle of a transaction.</summary>
    private sealed class Busy : IDisposable
    {
        private readonly ManualResetEventSlim _end = new();

        public Busy(SqliteUnderTest test)
        {
            using var begun = new ManualResetEventSlim();
            Task = test.Writer.WriteAsync(0, _ =>
            {
                begun.Set();
                _end.Wait();
                return true;
            });
            begun.Wait();
        }

        public Task Task { get; }

        public void End() => _end.Set();

        public void Dispose()
        {
            _end.Set();
            _end.Dispose();
        }
    }
}
