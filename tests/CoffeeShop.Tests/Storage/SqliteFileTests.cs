using CoffeeShop.Delivery;
using CoffeeShop.Storage;
using CoffeeShop.Storage.Sqlite;
using Microsoft.Data.Sqlite;

namespace CoffeeShop.Tests.Storage;

/// <summary>What the file must be to be used; whatever is refused is left as it was.</summary>
[Trait("suite", "storage")]
public sealed class SqliteFileTests
{
    private const int Page = 8192;

    [Fact]
    public async Task A_folder_serves_one_server_at_a_time()
    {
        await using var test = new SqliteUnderTest();
        Refused(test.Folder, "in use by another server", "--state");
        await test.ReopenAsync();
    }

    [Fact]
    public async Task The_number_of_shards_is_settled_when_the_file_is_made()
    {
        using var folder = new TemporaryFolder();
        await using (var storage = Open(folder, shards: 3)) Assert.Equal(3, storage.Shards);
        await using (var storage = Open(folder)) Assert.Equal(3, storage.Shards);
        await using (var storage = Open(folder, shards: 3)) Assert.Equal(3, storage.Shards);
        var message = Assert.Throws<StorageException>(() => Open(folder, shards: 4)).Message;
        Assert.Contains("made for 3 shards, but 4 are asked for", message, StringComparison.Ordinal);
        using var other = new TemporaryFolder();
        await using (var storage = Open(other)) Assert.Equal(SqliteStorage.ShardsOfNew, storage.Shards);
        Assert.Throws<ArgumentOutOfRangeException>(() => Open(other, shards: 0));
    }

    [Fact]
    public async Task What_is_closed_is_one_file_without_a_log()
    {
        using var folder = new TemporaryFolder();
        await using (var storage = Open(folder))
        {
            await storage.OpenSessionAsync();
            await storage.ListSessionsAsync();
        }

        Assert.Equal([".coffee-lock", "coffee.db"], folder.Names);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.9)]
    [InlineData(0.01)]
    [InlineData(0)]
    public async Task A_file_that_was_cut_off_is_refused(double part)
    {
        using var folder = new TemporaryFolder();
        await FillAsync(folder);
        using (var file = File.OpenWrite(folder["coffee.db"])) file.SetLength((long)(file.Length * part));
        Refused(folder, "is damaged", "backup");
    }

    [Theory]
    [InlineData(10)]
    [InlineData(20)]
    [InlineData(60)]
    public async Task A_file_with_a_page_overwritten_is_refused(int percent)
    {
        using var folder = new TemporaryFolder();
        await FillAsync(folder);
        // Every third page from there on: a single page of the bytes of a record has no structure that could be wrong.
        Change(folder, bytes =>
        {
            for (var at = bytes.Length / Page * percent / 100 * Page; at < bytes.Length; at += 3 * Page) bytes.AsSpan(at, Page).Fill(0x5A);
        });
        Refused(folder, "is damaged", "backup");
    }

    [Fact]
    public async Task A_file_that_is_refused_keeps_its_log()
    {
        await using var test = new SqliteUnderTest();
        using var image = new TemporaryFolder();
        await test.Storage.OpenSessionAsync();
        await test.ReopenAsync();
        await test.Storage.OpenSessionAsync();
        TakeImage(test.Folder, image);
        // Those of the last tables, which are not in the log.
        Change(image, file => file.AsSpan(10 * Page).Fill(0x5A));
        var log = image.Read("coffee.db-wal");
        Assert.NotEmpty(log);
        Refused(image, "is damaged");
        Assert.Equal(log, image.Read("coffee.db-wal"));
    }

    [Fact]
    public void A_file_that_is_no_database_is_refused()
    {
        using var folder = new TemporaryFolder();
        folder.Write("coffee.db", string.Concat(Enumerable.Repeat("transaction_id,final_amount\n", 1000)));
        Refused(folder, "is damaged", "not a database");
    }

    [Fact]
    public void A_database_of_another_program_is_refused()
    {
        using var folder = new TemporaryFolder();
        Change(folder, "CREATE TABLE session (id)");
        Refused(folder, "database of another program");
    }

    [Fact]
    public async Task A_database_of_a_newer_version_is_refused()
    {
        using var folder = new TemporaryFolder();
        await Open(folder).DisposeAsync();
        Change(folder, "PRAGMA user_version = 2");
        Refused(folder, "newer version", "schema 2, expected at most 1");
    }

    [Fact]
    public void A_log_without_its_database_is_refused()
    {
        using var folder = new TemporaryFolder();
        folder.Write("coffee.db-wal", "log");
        Refused(folder, "is missing, but its log");
    }

    [Fact]
    public async Task What_an_interrupted_creation_left_is_replaced()
    {
        using var folder = new TemporaryFolder();
        folder.Write("coffee.db.new", "half a file");
        await using var storage = Open(folder);
        await storage.OpenSessionAsync();
    }

    [Fact]
    public void A_state_folder_that_is_a_file_is_refused()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("state", "x");
        var message = Assert.Throws<StorageException>(() => SqliteStorage.Open(file, null, TimeProvider.System)).Message;
        Assert.Contains("expected a folder", message, StringComparison.Ordinal);
        Assert.Contains("--state", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_killed_server_leaves_a_sound_file_with_everything_it_had_answered()
    {
        await using var test = new SqliteUnderTest();
        var session = await test.Storage.OpenSessionAsync();
        var answered = new long[4];
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var owners = Enumerable.Range(0, answered.Length).Select(owner => Task.Run(async () =>
        {
            var claim = await test.Storage.TakeOverAsync(Destination.Shard(owner));
            for (var sequence = 1; !stop.IsCancellationRequested; sequence++)
            {
                await test.Storage.AppendAsync(claim, Sample.Record(session, sequence, bytes: 30_000));
                Interlocked.Exchange(ref answered[owner], sequence);
            }
        })).ToList();
        for (var round = 0; round < 3; round++)
        {
            while (!owners.Any(owner => owner.IsCompleted) && Enumerable.Range(0, answered.Length).Any(owner => Interlocked.Read(ref answered[owner]) < (round * 8) + 3)) await Task.Yield();
            using var image = new TemporaryFolder();
            var before = answered.Select(sequence => Interlocked.Read(ref sequence)).ToArray();
            TakeImage(test.Folder, image);
            await using var storage = Open(image);
            for (var owner = 0; owner < answered.Length; owner++)
            {
                var records = (await storage.RecoverAsync(Destination.Shard(owner), session))!.Records;
                Assert.InRange(records.Count, before[owner], long.MaxValue);
                Assert.Equal(Enumerable.Range(1, records.Count).Select(sequence => Sample.Record(session, sequence, 30_000)).Text(), records.Text());
            }
        }

        await stop.CancelAsync();
        await Task.WhenAll(owners);
    }

    // A file system after a power cut has both files of one moment. A reader keeps the log from starting over while they are copied.
    private static void TakeImage(TemporaryFolder from, TemporaryFolder to)
    {
        using var reader = new SqliteConnection($"Data Source={from["coffee.db"]};Pooling=False");
        reader.Open();
        using var view = reader.BeginTransaction(deferred: true);
        using var look = reader.CreateCommand();
        look.CommandText = "SELECT count(*) FROM session";
        look.ExecuteScalar();
        Copy("coffee.db");
        Copy("coffee.db-wal");

        void Copy(string name)
        {
            using var source = new FileStream(from[name], FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var target = File.Create(to[name]);
            source.CopyTo(target);
        }
    }

    private static async Task FillAsync(TemporaryFolder folder)
    {
        await using var storage = Open(folder);
        var claim = await storage.TakeOverAsync(Sample.Shard);
        for (var i = 0; i < 20; i++)
        {
            var session = await storage.OpenSessionAsync();
            await storage.AppendAsync(claim, Sample.Record(session, 1, bytes: 3000), Sample.Record(session, 2, bytes: 30_000));
        }
    }

    private static SqliteStorage Open(TemporaryFolder folder, int? shards = null) => SqliteStorage.Open(folder.Path, shards, TimeProvider.System);

    private static void Refused(TemporaryFolder folder, params string[] words)
    {
        var file = folder["coffee.db"];
        var before = File.Exists(file) ? ReadShared(file) : null;
        var message = Assert.Throws<StorageException>(() => Open(folder)).Message;
        Assert.Contains(folder.Path, message, StringComparison.Ordinal);
        Assert.All(words, word => Assert.Contains(word, message, StringComparison.Ordinal));
        if (before is not null) Assert.Equal(before, ReadShared(file));
    }

    private static byte[] ReadShared(string file)
    {
        using var source = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[source.Length];
        source.ReadExactly(bytes);
        return bytes;
    }

    private static void Change(TemporaryFolder folder, Action<byte[]> change)
    {
        var bytes = folder.Read("coffee.db");
        change(bytes);
        File.WriteAllBytes(folder["coffee.db"], bytes);
    }

    private static void Change(TemporaryFolder folder, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={folder["coffee.db"]};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
