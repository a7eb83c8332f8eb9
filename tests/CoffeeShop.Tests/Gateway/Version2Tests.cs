using System.Security.Cryptography;
using System.Text;
using CoffeeShop.Delivery;
using CoffeeShop.Protocol;
using CoffeeShop.Queries;
using CoffeeShop.Tables;
using CoffeeShop.Tests.Cli;
using CoffeeShop.Tests.Queries;

namespace CoffeeShop.Tests.Gateway;

[Trait("suite", "sessions")]
public sealed class Version2Tests
{
    [Fact]
    public async Task A_session_gives_the_answer_of_a_run()
    {
        await using var gateway = await GatewayHarness.StartAsync();
        using var client = await gateway.ConnectAsync();
        var welcome = await SmallShop.SendAsync(client);
        Assert.All(welcome.Marks, mark => Assert.Equal(0, mark.Number));
        var (result, end) = await SmallShop.ReceiveResultAsync(client);
        Assert.Equal(Shop.Answer, result);
        Assert.Equal(SessionState.Complete, end.State);
        Assert.Equal(Encoding.UTF8.GetByteCount(result), end.ResultBytes);
        Assert.Equal(new Bytes32(SHA256.HashData(Encoding.UTF8.GetBytes(result))), end.ResultHash);
        Assert.Equal([new QueryRows(1, 1), new(2, 2), new(3, 1), new(4, 1)], end.Rows);
        var footprint = await gateway.Storage.MeasureAsync(welcome.Session.Id);
        Assert.Equal((0, 0), (footprint.JournalRecords, footprint.Attempts));
    }

    [Fact]
    public async Task The_log_tells_of_the_ends_as_the_documents_do()
    {
        await using var gateway = await GatewayHarness.StartAsync();
        using var client = await gateway.ConnectAsync();
        var welcome = await SmallShop.SendAsync(client);
        await SmallShop.ReceiveResultAsync(client);
        var session = welcome.Session.Id;
        Assert.Contains($"INFO action: accept_connections | result: success | ip: 127.0.0.1\n", gateway.Log, StringComparison.Ordinal);
        Assert.Contains($"action: eof_session_registered | session: {session} | client_id: agencia-1 | version: 2 | tables: menu_items stores users transactions transaction_items\n", gateway.Log, StringComparison.Ordinal);
        Assert.Contains($"action: eof_received | session: {session} | table: transactions | batches: 2\n", gateway.Log, StringComparison.Ordinal);
        Assert.Contains($"action: eof_waiting | session: {session} | tables: ", gateway.Log, StringComparison.Ordinal);
        Assert.Contains($"action: eof_sent | session: {session} | table: stores | batches: 1 | destinations: join.q3 join.q4\n", gateway.Log, StringComparison.Ordinal);
        Assert.Contains($"action: eof_session_completed | session: {session} | tables: menu_items stores users transactions transaction_items\n", gateway.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("Latte", gateway.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_without_a_row_has_an_empty_result()
    {
        await using var gateway = await GatewayHarness.StartAsync();
        using var client = await gateway.ConnectAsync();
        await client.SendAsync([RawClient.Hello(), .. TableRegistry.All.Select(table => RawClient.End(table)), new Finished(1)]);
        await client.ReceiveAsync<Welcome>();
        foreach (var _ in TableRegistry.All) Assert.Same(BatchReceived.Success, await client.ReceiveAsync());
        var (result, end) = await SmallShop.ReceiveResultAsync(client);
        Assert.Equal(("", 0L), (result, end.ResultBytes));
    }

    [Fact]
    public async Task A_client_that_comes_back_goes_on_after_the_marks_and_gets_the_same_bytes()
    {
        using var folder = new TemporaryFolder();
        SessionKey key;
        await using (var gateway = await GatewayHarness.StartAsync(folder: folder))
        {
            using var client = await gateway.ConnectAsync();
            await client.SendAsync(RawClient.Hello());
            key = (await client.ReceiveAsync<Welcome>()).Session;
            await client.SendAsync(SmallShop.MenuBatch, SmallShop.FirstTransaction);
            Assert.Same(BatchReceived.Success, await client.ReceiveAsync());
            Assert.Same(BatchReceived.Success, await client.ReceiveAsync());
        }

        await using (var gateway = await GatewayHarness.StartAsync(folder: folder))
        {
            using var client = await gateway.ConnectAsync();
            await client.SendAsync(RawClient.Hello(session: key));
            var welcome = await client.ReceiveAsync<Welcome>();
            Assert.Equal(key, welcome.Session);
            Assert.Equal([(MenuItems.Table, 1L), (Stores.Table, 0L), (Users.Table, 0L), (Transactions.Table, 1L), (TransactionItems.Table, 0L)], welcome.Marks.Select(mark => (mark.Table, mark.Number)));
            // The mark may lag: what came before may come again.
            await client.SendAsync([SmallShop.FirstTransaction, SmallShop.SecondTransaction, SmallShop.StoresBatch, SmallShop.UsersBatch, SmallShop.ItemsBatch, .. SmallShop.Ends, new Finished(1)]);
            for (var i = 0; i < 10; i++) Assert.Same(BatchReceived.Success, await client.ReceiveAsync());
            Assert.Equal(Shop.Answer, (await SmallShop.ReceiveResultAsync(client)).Result);
        }
    }

    [Fact]
    public async Task A_result_is_sent_from_the_offset_of_the_client_also_when_the_session_has_ended()
    {
        await using var gateway = await GatewayHarness.StartAsync();
        Welcome welcome;
        using (var client = await gateway.ConnectAsync())
        {
            welcome = await SmallShop.SendAsync(client);
            await SmallShop.ReceiveResultAsync(client);
        }

        using var again = await gateway.ConnectAsync();
        await again.SendAsync([RawClient.Hello(session: welcome.Session, offset: 20), .. SmallShop.Ends, new Finished(1)]);
        await again.ReceiveAsync<Welcome>();
        foreach (var _ in SmallShop.Ends) Assert.Same(BatchReceived.Success, await again.ReceiveAsync());
        var (result, end) = await SmallShop.ReceiveResultAsync(again, offset: 20);
        Assert.Equal(Shop.Answer[20..], result);
        Assert.Equal(Shop.Answer.Length, end.ResultBytes);
    }

    [Fact]
    public async Task A_second_connection_takes_its_session_over()
    {
        await using var gateway = await GatewayHarness.StartAsync();
        using var first = await gateway.ConnectAsync();
        await first.SendAsync(RawClient.Hello());
        var key = (await first.ReceiveAsync<Welcome>()).Session;
        using var second = await gateway.ConnectAsync();
        await second.SendAsync(RawClient.Hello(session: key));
        Assert.Equal(ErrorCode.Unavailable, (await first.ReceiveErrorAsync()).Code);
        await second.ReceiveAsync<Welcome>();
    }

    [Fact]
    public async Task A_cancelled_session_takes_nothing_more()
    {
        await using var gateway = await GatewayHarness.StartAsync();
        using var client = await gateway.ConnectAsync();
        await client.SendAsync(RawClient.Hello());
        var key = (await client.ReceiveAsync<Welcome>()).Session;
        await client.SendAsync(SmallShop.MenuBatch with { Status = BatchStatus.Cancel });
        Assert.Equal(ErrorCode.SessionCancelled, (await client.ReceiveErrorAsync()).Code);
        Assert.Equal(SessionState.Cancelled, (await gateway.Storage.FindSessionAsync(key.Id))!.State);
        using var again = await gateway.ConnectAsync();
        await again.SendAsync(RawClient.Hello(session: key));
        Assert.Equal(ErrorCode.SessionCancelled, (await again.ReceiveErrorAsync()).Code);
    }

    [Fact]
    public async Task A_complete_session_that_is_cancelled_stays_complete_and_its_client_is_told_so()
    {
        await using var gateway = await GatewayHarness.StartAsync();
        SessionKey key;
        using (var client = await gateway.ConnectAsync())
        {
            key = (await SmallShop.SendAsync(client)).Session;
            await SmallShop.ReceiveResultAsync(client);
        }

        using var again = await gateway.ConnectAsync();
        await again.SendAsync(RawClient.Hello(session: key), SmallShop.MenuBatch with { Status = BatchStatus.Cancel });
        await again.ReceiveAsync<Welcome>();
        Assert.Equal(ErrorCode.SessionComplete, (await again.ReceiveErrorAsync()).Code);
        Assert.Equal(SessionState.Complete, (await gateway.Storage.FindSessionAsync(key.Id))!.State);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Another_end_of_a_table_fails_the_session_also_on_another_connection(bool resumes)
    {
        await using var gateway = await GatewayHarness.StartAsync();
        using var first = await gateway.ConnectAsync();
        await first.SendAsync(RawClient.Hello());
        var key = (await first.ReceiveAsync<Welcome>()).Session;
        await first.SendAsync(SmallShop.MenuBatch, SmallShop.Ends[0]);
        Assert.Same(BatchReceived.Success, await first.ReceiveAsync());
        Assert.Same(BatchReceived.Success, await first.ReceiveAsync());
        using var second = await gateway.ConnectAsync();
        if (resumes)
        {
            await second.SendAsync(RawClient.Hello(session: key));
            await second.ReceiveAsync<Welcome>();
        }

        var client = resumes ? second : first;
        await client.SendAsync(SmallShop.Ends[0] with { HashSum = 1 });
        Assert.Equal(ErrorCode.SessionFailed, (await client.ReceiveErrorAsync()).Code);
        var session = await gateway.Storage.FindSessionAsync(key.Id);
        Assert.Equal((SessionState.Failed, "Two different ends were said for menu_items."), (session!.State, session.Reason));
    }

    [Fact]
    public async Task Changed_files_and_options_are_refused()
    {
        await using var gateway = await GatewayHarness.StartAsync();
        using var client = await gateway.ConnectAsync();
        await client.SendAsync(RawClient.Hello());
        var key = (await client.ReceiveAsync<Welcome>()).Session;
        foreach (var hello in (Hello[])[RawClient.Hello(session: key, fingerprint: 2), RawClient.Hello(session: key, options: QueryOptions.Default with { Top = 5 })])
        {
            using var changed = await gateway.ConnectAsync();
            await changed.SendAsync(hello);
            Assert.Equal(ErrorCode.ChangedInput, (await changed.ReceiveErrorAsync()).Code);
        }
    }

    public static TheoryData<string, IMessage[]> Broken => new()
    {
        { "a gap in the numbers", [SmallShop.MenuBatch with { Number = 2 }] },
        { "another content than the hash says", [SmallShop.MenuBatch with { Hash = 1 }] },
        { "a batch after the end", [SmallShop.MenuBatch, SmallShop.Ends[0], RawClient.Columns(Batches.Of(MenuItems.Table, "2|Mocha"), 2)] },
        { "an end with another last number", [SmallShop.MenuBatch, SmallShop.Ends[0] with { Number = 2 }] },
        { "an end without a sum", [SmallShop.MenuBatch, SmallShop.Ends[0] with { HashSum = null }] },
        { "FINISHED without the ends", [new Finished(1)] },
        { "a second HELLO", [RawClient.Hello()] },
        { "rows of version 1", [new TableRows(MenuItems.Table, 0, 1, BatchStatus.Continue, default)] },
    };

    [Theory]
    [MemberData(nameof(Broken), DisableDiscoveryEnumeration = true)]
    public async Task What_breaks_the_protocol_is_told_and_leaves_the_session_to_be_resumed(string what, IMessage[] messages)
    {
        await using var gateway = await GatewayHarness.StartAsync();
        using var client = await gateway.ConnectAsync();
        await client.SendAsync(RawClient.Hello());
        var key = (await client.ReceiveAsync<Welcome>()).Session;
        await client.SendAsync(messages);
        var error = await client.ReceiveErrorAsync();
        Assert.True(error.Code == ErrorCode.Structural, $"{what}: {error}");
        Assert.Equal(SessionState.Open, (await gateway.Storage.FindSessionAsync(key.Id))!.State);
    }
}
