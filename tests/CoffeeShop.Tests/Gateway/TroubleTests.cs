using CoffeeShop.Delivery;
using CoffeeShop.Protocol;
using CoffeeShop.Queries;
using CoffeeShop.Storage;
using CoffeeShop.Tables;

namespace CoffeeShop.Tests.Gateway;

/// <summary>What becomes of sessions when bus or process are in trouble.</summary>
[Trait("suite", "sessions")]
public sealed class TroubleTests
{
    [Fact]
    public async Task A_session_whose_ends_were_set_but_not_published_is_repaired_at_the_start()
    {
        using var folder = new TemporaryFolder();
        var id = new SessionId(Guid.CreateVersion7());
        await using (var storage = StateFolder.Open(folder["state"], TimeProvider.System))
        {
            await storage.CreateSessionAsync(new NewSession(id, 2, "left", null, new byte[32], new byte[32], new SessionPin(QueryOptions.Default, storage.Shards)));
            foreach (var table in TableRegistry.All) await storage.SetEndAsync(id, table, new TableEnd(0, 0));
        }

        await using var gateway = await GatewayHarness.StartAsync(folder: folder);
        await GatewayHarness.UntilAsync(async () => (await gateway.Storage.FindSessionAsync(id))!.State == SessionState.Complete, "the session is complete");
        Assert.Contains($"action: session_repair | result: in_progress | session: {id}", gateway.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_of_version_2_is_told_to_come_back_when_the_bus_is_in_trouble()
    {
        await using var gateway = await GatewayHarness.StartAsync();
        using var client = await gateway.ConnectAsync();
        await client.SendAsync(RawClient.Hello());
        var key = (await client.ReceiveAsync<Welcome>()).Session;
        await gateway.Bus.DisposeAsync();
        await client.SendAsync(SmallShop.MenuBatch);
        Assert.Equal(ErrorCode.Unavailable, (await client.ReceiveErrorAsync()).Code);
        Assert.Equal(SessionState.Open, (await gateway.Storage.FindSessionAsync(key.Id))!.State);
    }

    [Fact]
    public async Task Version_1_may_say_an_end_again_that_failed_but_a_batch_with_a_number_ends_its_session()
    {
        await using var gateway = await GatewayHarness.StartAsync(options => options with { Limits = GatewayHarness.Limits with { RepublishTime = TimeSpan.Zero } });
        using var client = await gateway.ConnectAsync();
        await gateway.Bus.DisposeAsync();
        await client.SendAsync(RawRows.End(Stores.Table));
        Assert.Same(BatchReceived.Failure, await client.ReceiveAsync());
        await client.SendAsync(RawRows.End(Stores.Table));
        Assert.Same(BatchReceived.Failure, await client.ReceiveAsync());
        await client.SendAsync(RawRows.Batch(Users.Table, 1, BatchStatus.Continue));
        Assert.Same(BatchReceived.Failure, await client.ReceiveAsync());
        Assert.Null(await client.ReceiveAsync());
        Assert.Equal(SessionState.Failed, Assert.Single(await gateway.Storage.ListSessionsAsync()).State);
    }
}
