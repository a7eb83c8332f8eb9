using CoffeeShop.Delivery;
using CoffeeShop.Protocol;
using CoffeeShop.Queries;
using CoffeeShop.Storage;
using CoffeeShop.Tables;
using Microsoft.Extensions.Time.Testing;

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
        SessionRecord? session = null;
        await Eventually.Holds(
            async () => (session = await gateway.Storage.FindSessionAsync(id))!.State == SessionState.Complete, () => $"Found {session}, expected it to be complete.\n{gateway.Log}");
        Assert.Contains($"action: session_repair | result: in_progress | session: {id}", gateway.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_client_sends_again_to_a_new_process_says_that_it_may_have_come_before_and_its_mark_is_written_at_once()
    {
        using var folder = new TemporaryFolder();
        SessionKey key;
        WatchedBus? bus = null;
        await using (var gateway = await GatewayHarness.StartAsync(folder: folder, wrapBus: inner => bus = new WatchedBus(inner)))
        {
            key = await SendAsync(gateway, null, SmallShop.MenuBatch, SmallShop.FirstTransaction);
            Assert.Empty(bus!.Repeated);
        }

        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using (var gateway = await GatewayHarness.StartAsync(folder: folder, clock: clock, wrapBus: inner => bus = new WatchedBus(inner)))
        {
            await SendAsync(gateway, key, SmallShop.SecondTransaction, SmallShop.StoresBatch);
            Assert.Equal(["filter", "join.q3", "join.q4"], bus!.Repeated.Select(queue => queue.Name).Order(StringComparer.Ordinal));
            // Nothing but the answers makes the marks rise: the clock stands still.
            Assert.Equal(2, (await gateway.Storage.FindSessionAsync(key.Id))!.Marks[Transactions.Table]);
            bus.Repeated.Clear();
            // Another connection to the same process, which has outlived whatever was sent before.
            await SendAsync(gateway, key, SmallShop.UsersBatch);
            Assert.Empty(bus.Repeated);
        }
    }

    [Fact]
    public async Task A_mistake_of_the_caretaker_is_logged_and_the_care_goes_on()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var gateway = await GatewayHarness.StartAsync(clock: clock, wrapSessions: inner => FaultySessions.Create(inner, nameof(ISessionStore.ListOpenSessionsAsync)));
        using (var client = await gateway.ConnectAsync())
        {
            await client.SendAsync(RawClient.Hello());
            await client.ReceiveAsync<Welcome>();
        }

        SessionRecord? session = null;
        await Eventually.Holds(
            async () =>
            {
                clock.Advance(TimeSpan.FromMinutes(1));
                session = (await gateway.Storage.ListSessionsAsync()).Single();
                return session.State == SessionState.Expired;
            },
            () => $"Found {session}, expected it to have expired.\n{gateway.Log}");
        Assert.Contains("ERROR action: session_care | result: fail", gateway.Log, StringComparison.Ordinal);
        Assert.False(gateway.Server.Stopped.IsCompleted);
        await gateway.Server.StopAsync();
        Assert.True(gateway.Server.Stopped.IsCompleted);
    }

    [Fact]
    public async Task Nothing_is_answered_any_more_once_a_client_has_been_told_of_the_end()
    {
        WatchedBus? bus = null;
        await using var gateway = await GatewayHarness.StartAsync(
            options => options with { Limits = GatewayHarness.Limits with { StopTime = TimeSpan.FromMilliseconds(20), LingerTime = TimeSpan.FromSeconds(30) } }, wrapBus: inner => bus = new WatchedBus(inner));
        using var client = await gateway.ConnectAsync();
        await client.SendAsync(RawClient.Hello());
        await client.ReceiveAsync<Welcome>();
        var hold = bus!.Hold();
        await client.SendAsync(SmallShop.MenuBatch, SmallShop.MenuBatch with { Number = 3 });
        Assert.Equal(ErrorCode.Structural, (await client.ReceiveAsync<ErrorMessage>()).Code);
        hold.SetResult();
        await Eventually.Holds(() => bus.Passed == 1, () => $"{bus.Passed} messages have been published, expected the batch after all.\n{gateway.Log}");
        client.CloseSending();
        Assert.Null(await client.ReceiveAsync());
    }

    [Fact]
    public async Task A_client_that_waits_for_an_answer_hears_that_the_server_is_there()
    {
        WatchedBus? bus = null;
        await using var gateway = await GatewayHarness.StartAsync(
            options => options with { Limits = GatewayHarness.Limits with { ProgressInterval = TimeSpan.FromMilliseconds(20) } }, wrapBus: inner => bus = new WatchedBus(inner));
        using var client = await gateway.ConnectAsync();
        await client.SendAsync(RawClient.Hello());
        await client.ReceiveAsync<Welcome>();
        var hold = bus!.Hold();
        await client.SendAsync(SmallShop.MenuBatch);
        for (var i = 0; i < 3; i++) Assert.Equal(0, (await client.ReceiveAsync<ServerProgress>()).Applied);
        hold.SetResult();
        Assert.Same(BatchReceived.Success, await client.ReceiveAnswerAsync());
    }

    [Fact]
    public async Task FINISHED_of_version_1_publishes_the_ends_that_have_not_been_and_no_other()
    {
        WatchedBus? bus = null;
        await using var gateway = await GatewayHarness.StartAsync(wrapBus: inner => bus = new WatchedBus(inner));
        using var client = await gateway.ConnectAsync();
        await client.SendAsync(RawRows.End(MenuItems.Table));
        Assert.Same(BatchReceived.Success, await client.ReceiveAsync());
        await client.SendAsync(new Finished(1));
        SessionRecord? session = null;
        await Eventually.Holds(
            async () => (session = (await gateway.Storage.ListSessionsAsync()).Single()).State == SessionState.Complete, () => $"Found {session}, expected it to be complete.\n{gateway.Log}");
        var shards = gateway.Storage.Shards;
        Assert.Equal(TableRegistry.All.Sum(table => Topology.DestinationsOf(table, shards).Length), bus!.Published.Count);
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

    /// <summary>Begins a session or goes on with it, and leaves when all batches are acknowledged.</summary>
    private static async Task<SessionKey> SendAsync(GatewayHarness gateway, SessionKey? session, params Columns[] batches)
    {
        using var client = await gateway.ConnectAsync();
        await client.SendAsync([RawClient.Hello(session: session), .. batches]);
        var key = (await client.ReceiveAsync<Welcome>()).Session;
        foreach (var _ in batches) Assert.Same(BatchReceived.Success, await client.ReceiveAsync());
        return key;
    }
}
