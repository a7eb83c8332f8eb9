using System.Text;
using CoffeeShop.Delivery;
using CoffeeShop.Protocol;
using CoffeeShop.Storage;
using CoffeeShop.Tables;
using CoffeeShop.Tests.Embedded;
using CoffeeShop.Tests.Oracle;
using Microsoft.Extensions.Logging;

namespace CoffeeShop.Tests.Gateway;

[Trait("suite", "sessions")]
public sealed class Version1Tests
{
    private static readonly string[] Transaction = ["t1,1,5,,7.0,80.0,2.0,78.00,2024-01-02 10:00:00"];

    [Fact]
    public async Task A_client_by_the_documents_gets_an_answer_per_batch_and_its_result_equals_a_run()
    {
        var random = new Random(20);
        using var data = new TemporaryFolder();
        await using var gateway = await GatewayHarness.StartAsync();
        using var client = await gateway.ConnectAsync();
        var answers = 0;
        foreach (var (table, files) in Dataset(random))
        {
            for (var file = 0; file < files.Count; file++)
            {
                data.Write($"{table}/{file}.csv", Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(string.Join('\n', files[file].Prepend(string.Join(',', RawRows.Keys[table]))))));
                // Numbers begin again with every file, and its last batch has the status EOF.
                var batches = files[file].Chunk(7).ToList();
                for (var i = 0; i < batches.Count; i++, answers++)
                {
                    var rows = batches[i].Select(line => (IReadOnlyList<(string, string)>)random.Shuffled(RawRows.Row(table, line))).ToArray();
                    await client.SendAsync(RawRows.Batch(table, i + 1, i == batches.Count - 1 ? BatchStatus.EndOfFile : BatchStatus.Continue, rows));
                }

                await client.SendAsync(RawRows.Batch(table, batches.Count + 1, BatchStatus.EndOfFile));
                answers++;
            }

            await client.SendAsync(RawRows.End(table));
            answers++;
        }

        for (var i = 0; i < answers; i++) Assert.Same(BatchReceived.Success, await client.ReceiveAsync());
        await client.SendAsync(RawRows.Finished(7));
        Assert.Null(await client.ReceiveAsync());
        var expected = EmbeddedHarness.Run(data.Path);
        var session = await CompletedAsync(gateway);
        Assert.Equal("agency-7", session.Session.ClientId);
        Assert.Equal(expected.Result, await ResultAsync(gateway, session.Session.Id));
        Assert.Equal(1, (await HttpTests.SessionAsync(gateway, session.Session.Id)).Rejected);
    }

    [Fact]
    public async Task The_end_of_a_table_is_in_the_registry_only_when_its_batches_are_safe()
    {
        WatchedBus? bus = null;
        await using var gateway = await GatewayHarness.StartAsync(wrapBus: inner => bus = new WatchedBus(inner), level: LogLevel.Debug);
        using var client = await gateway.ConnectAsync();
        var held = bus!.Hold();
        await client.SendAsync(Batch(1, Transaction));
        await client.SendAsync(RawRows.End(Transactions.Table));
        await client.SendAsync(RawRows.Batch(Users.Table, 1, BatchStatus.EndOfFile));
        await Eventually.Holds(() => gateway.Log.Contains("table: users", StringComparison.Ordinal), () => $"The batch after the end has not come, expected \"table: users\" in the log.\n{gateway.Log}");
        Assert.Empty((await gateway.Storage.ListSessionsAsync()).Single().Ends);
        held.SetResult();
        for (var answers = 0; answers < 3; answers++) Assert.Same(BatchReceived.Success, await client.ReceiveAsync());
        Assert.Equal(1, (await gateway.Storage.ListSessionsAsync()).Single().Ends[Transactions.Table].Last);
    }

    [Fact]
    public async Task FINISHED_ends_the_tables_that_are_open()
    {
        await using var gateway = await GatewayHarness.StartAsync();
        using var client = await gateway.ConnectAsync();
        await client.SendAsync(Batch(1, Transaction));
        await client.SendAsync(RawRows.Finished(1));
        Assert.Same(BatchReceived.Success, await client.ReceiveAsync());
        Assert.Null(await client.ReceiveAsync());
        var session = await CompletedAsync(gateway);
        Assert.Equal("""{"query":"q1","transaction_id":"t1","final_amount":78}""", (await ResultAsync(gateway, session.Session.Id)).Split('\n')[0]);
    }

    [Fact]
    public async Task A_client_that_never_reads_its_answers_and_leaves_after_FINISHED_is_counted()
    {
        await using var gateway = await GatewayHarness.StartAsync();
        using (var client = await gateway.ConnectAsync())
        {
            await client.SendAsync((byte[])[.. Batch(1, Transaction), .. Batch(1, Transaction), .. RawRows.Finished(1)]);
            client.CloseSending();
            await CompletedAsync(gateway);
        }
    }

    [Fact]
    public async Task A_client_that_leaves_before_FINISHED_voids_its_session()
    {
        await using var gateway = await GatewayHarness.StartAsync();
        using (var client = await gateway.ConnectAsync())
        {
            await client.SendAsync(Batch(1, Transaction));
            Assert.Same(BatchReceived.Success, await client.ReceiveAsync());
        }

        var session = await SessionAsync(gateway, session => session.State == SessionState.Failed);
        Assert.Equal("The client left before FINISHED.", session.Reason);
    }

    [Fact]
    public async Task A_batch_of_status_CANCEL_cancels()
    {
        await using var gateway = await GatewayHarness.StartAsync();
        using var client = await gateway.ConnectAsync();
        await client.SendAsync((byte[])[.. Batch(1, Transaction), .. RawRows.Batch(Transactions.Table, 2, BatchStatus.Cancel)]);
        Assert.Same(BatchReceived.Success, await client.ReceiveAsync());
        Assert.Same(BatchReceived.Success, await client.ReceiveAsync());
        Assert.Null(await client.ReceiveAsync());
        await SessionAsync(gateway, session => session.State == SessionState.Cancelled);
    }

    [Fact]
    public async Task A_session_that_an_earlier_process_left_open_is_ended()
    {
        using var folder = new TemporaryFolder();
        await using (var storage = StateFolder.Open(folder["state"], TimeProvider.System))
        {
            var id = new SessionId(Guid.CreateVersion7());
            await storage.CreateSessionAsync(new NewSession(id, 1, "old", null, default, default, new SessionPin(CoffeeShop.Queries.QueryOptions.Default, storage.Shards)));
        }

        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var gateway = await GatewayHarness.StartAsync(clock: clock, folder: folder);
        SessionRecord? session = null;
        await Eventually.Holds(
            async () =>
            {
                clock.Advance(TimeSpan.FromSeconds(1));
                session = (await gateway.Storage.ListSessionsAsync()).Single();
                return session is { State: SessionState.Failed, Reason: "Its connection is gone." };
            },
            () => $"Found {session}, expected it to have failed since its connection is gone.\n{gateway.Log}");
    }

    public static TheoryData<string, byte[]> Malformed => new()
    {
        { "an unknown opcode", RawRows.Frame(200) },
        { "DATA_BATCH from a client", RawRows.Frame(0) },
        { "an answer from a client", RawRows.Frame(1) },
        { "a negative length", [7, 0xFF, 0xFF, 0xFF, 0xFF] },
        { "a length of 2 GiB", [7, 0xFF, 0xFF, 0xFF, 0x7F] },
        { "a length above 1 MiB", [7, 0x01, 0x00, 0x10, 0x00] },
        { "no body", RawRows.Frame(7) },
        { "a negative number of rows", Rows(BitConverter.GetBytes(-1)) },
        { "more rows than there are", Changed(0, 2) },
        { "fewer rows than there are", Changed(0, 0) },
        { "two thousand million rows", Changed(3, 0x7F) },
        { "an unknown status", Changed(12, 3) },
        { "no pairs", Changed(13, 0) },
        { "too many pairs", Changed(13, 60) },
        { "a negative number of pairs", Changed(16, 0x80) },
        { "a key longer than the body", Changed(18, 0x7F) },
        { "a key that is no UTF-8", Changed(21, 0xFF) },
        { "a key twice", RawRows.Batch(Transactions.Table, 1, BatchStatus.Continue, [.. RawRows.Row(Transactions.Table, Transaction[0]), ("store_id", "2")]) },
        { "an unknown key twice", RawRows.Batch(Transactions.Table, 1, BatchStatus.Continue, [.. RawRows.Row(Transactions.Table, Transaction[0]), ("x", "2"), ("x", "2")]) },
        { "a missing key", RawRows.Batch(Transactions.Table, 1, BatchStatus.Continue, [.. RawRows.Row(Transactions.Table, Transaction[0]).Skip(1)]) },
        { "a batch after EOF", [.. RawRows.End(Transactions.Table), .. Batch(1, Transaction)] },
        { "EOF of an unknown table", RawRows.Frame(9, [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 10, 0, 0, 0, .. "table_type"u8, 1, 0, 0, 0, (byte)'x']) },
        { "FINISHED without its agency", RawRows.Frame(3) },
        { "HELLO after the beginning", [.. Batch(1, Transaction), 32, 0, 0, 0, 0] },
    };

    [Fact]
    public async Task Every_kind_of_malformed_input_gets_FAIL_and_ends_its_session_while_another_client_goes_on()
    {
        await using var gateway = await GatewayHarness.StartAsync();
        using var other = await gateway.ConnectAsync();
        await other.SendAsync(RawClient.Hello());
        await other.ReceiveAsync<Welcome>();
        var number = 0;
        foreach (var (what, bytes) in Malformed.Select(row => (row.Data.Item1, row.Data.Item2)))
        {
            using var client = await gateway.ConnectAsync();
            await client.SendAsync(bytes);
            IMessage? last = null;
            while (await client.ReceiveAsync() is { } message) last = message;
            Assert.True(ReferenceEquals(last, BatchReceived.Failure), $"{what}: {last}");
            await other.SendAsync(RawClient.Columns(Queries.Batches.Of(Users.Table, $"{number}|1999-12-31"), ++number));
            Assert.Same(BatchReceived.Success, await other.ReceiveAsync());
        }

        Assert.DoesNotContain(await gateway.Storage.ListSessionsAsync(), session => session.Session.Protocol == 1 && session.State != SessionState.Failed);
    }

    private static async Task<SessionRecord> CompletedAsync(GatewayHarness gateway) => await SessionAsync(gateway, session => session.State == SessionState.Complete);

    private static async Task<SessionRecord> SessionAsync(GatewayHarness gateway, Func<SessionRecord, bool> isIt)
    {
        SessionRecord? found = null;
        IReadOnlyList<SessionRecord> sessions = [];
        await Eventually.Holds(
            async () =>
            {
                sessions = await gateway.Storage.ListSessionsAsync();
                found = sessions.FirstOrDefault(isIt);
                return found is not null;
            },
            () => $"Expected another session than these: {string.Join(", ", sessions)}.\n{gateway.Log}");
        return found!;
    }

    private static Task<string> ResultAsync(GatewayHarness gateway, SessionId session) => HttpTests.GetTextAsync(gateway, $"/sessions/{session}/result");

    private static byte[] Batch(long number, params string[] lines) =>
        RawRows.Batch(Transactions.Table, number, BatchStatus.Continue, [.. lines.Select(line => RawRows.Row(Transactions.Table, line))]);

    /// <summary>A good frame with another byte in its body.</summary>
    private static byte[] Changed(int at, byte value)
    {
        var bytes = Batch(1, Transaction);
        bytes[5 + at] = value;
        return bytes;
    }

    private static byte[] Rows(byte[] count) => RawRows.Frame(7, [.. count, .. new byte[9]]);

    private static List<(Table Table, List<List<string>> Files)> Dataset(Random random)
    {
        string Time() => $"202{random.Next(3, 6)}-0{random.Next(1, 10)}-1{random.Next(10)} {random.Next(24):00}:30:00";
        List<List<string>> Files(int count, int rows, Func<int, string> row) => [.. Enumerable.Range(0, count).Select(file => Enumerable.Range(0, rows).Select(i => row((file * rows) + i)).ToList())];
        var transactions = Files(3, 40, i => $"t{i:000},{random.Next(1, 5)},1,,{(random.OneIn(3) ? "" : $"{random.Next(1, 9)}.0")},90.0,0.0,{random.Next(60, 99)}.{random.Next(10)},{Time()}");
        // A value that cannot be read: the row is rejected, the batch is not.
        transactions[1][5] = "t999,1,1,,1.0,90.0,0.0,ninety,2024-01-02 10:00:00";
        return
        [
            (MenuItems.Table, Files(1, 5, i => $"{i + 1},Item {i + 1},drink,1.0,False,,")),
            (Stores.Table, Files(1, 4, i => $"{i + 1},Café {i + 1},street,1,city,state,0.0,0.0")),
            (Users.Table, Files(2, 5, i => $"{i + 1},female,19{i + 70}-01-02,2024-01-01 00:00:00")),
            (Transactions.Table, transactions),
            (TransactionItems.Table, Files(2, 50, i => $"t{i},{random.Next(1, 6)},{random.Next(1, 4)},2.5,{random.Next(1, 9)}.5,{Time()}")),
        ];
    }
}
