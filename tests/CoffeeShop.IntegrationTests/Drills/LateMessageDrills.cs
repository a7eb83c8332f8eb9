using CoffeeShop.Bus;
using CoffeeShop.Bus.RabbitMq;
using CoffeeShop.Delivery;
using CoffeeShop.IntegrationTests.Cluster;
using CoffeeShop.IntegrationTests.SingleServer;
using CoffeeShop.Queries;
using CoffeeShop.Tests;
using CoffeeShop.Tests.Cli;
using CoffeeShop.Tests.Storage;

namespace CoffeeShop.IntegrationTests.Drills;

/// <summary>Every message of a session comes again, or late, when the session has ended in one way or another.</summary>
[Collection(BrokerTests.Name)]
[Trait("suite", "drills")]
public sealed class LateMessageDrills(Broker broker, PostgresServer postgres, Datasets datasets) : IClassFixture<Datasets>
{
    private const int Shards = 2;

    private static readonly string[] Journals = ["journal", "snapshot", "attempt"];

    [Fact]
    public async Task Messages_that_come_late_or_again_after_completion_cancellation_expiry_or_purge_change_nothing_and_leave_nothing()
    {
        await using var cluster = await ClusterUnderTest.New(broker, postgres, Shards);
        var copies = await CopyOfAllMessages(cluster);
        await using var bus = await cluster.ConnectBus();
        await using var storage = await cluster.OpenStorage();
        var complete = copies[0].Message.Session;
        List<SessionId> sessions = [complete];
        foreach (var end in (SessionState[])[SessionState.Cancelled, SessionState.Expired])
        {
            var session = Sample.Session() with { Pin = new SessionPin(QueryOptions.Default, Shards) };
            sessions.Add(session.Id);
            await storage.CreateSessionAsync(session);
            await Publish(bus, copies.Take(copies.Count / 2), session.Id);
            Assert.True(await storage.EndSessionAsync(session.Id, end, "A test."));
        }

        foreach (var session in sessions) await Publish(bus, copies, session);
        await cluster.QueuesAreEmpty();
        await AreEmpty(cluster, Journals);
        Assert.Equal([SessionState.Complete, SessionState.Cancelled, SessionState.Expired], await Task.WhenAll(sessions.Select(async session => (await storage.FindSessionAsync(session))!.State)));
        var result = (await Coffee.Run("results", $"{complete}", "--http", cluster.Http())).Is(0).Output;
        Assert.Equal(System.Text.Encoding.UTF8.GetString(datasets.EdgeCases.Answer), result);

        Assert.Equal(sessions.Count, await storage.PurgeAsync(TimeSpan.Zero));
        foreach (var session in sessions) await Publish(bus, copies, session);
        await cluster.QueuesAreEmpty();
        await AreEmpty(cluster, [.. Journals, "session", "progress", "table_end", "mark", "result", "closed_query"]);

        await Sending.Whole(cluster, datasets.EdgeCases);
        await cluster.CheckAtRest(complete: 1);
    }

    /// <summary>Has a session come to its end role by role, and copies what is in the queues before each.</summary>
    private async Task<List<(QueueName Queue, BusMessage Message)>> CopyOfAllMessages(ClusterUnderTest cluster)
    {
        List<(QueueName, BusMessage)> copies = [];
        await cluster.Scale(new Counts(1, 0, 0, 0));
        using var sending = Sending.Start(cluster, datasets.EdgeCases);
        await cluster.Gateways[0].Says("action: eof_session_completed");
        copies.AddRange(await CopyOf(cluster, QueueName.Filter));
        await cluster.Scale(new Counts(1, 1, 0, 0));
        await IsEmpty(cluster, [QueueName.Filter]);
        QueueName[] shards = [.. Enumerable.Range(0, Shards).Select(shard => QueueName.Of(Destination.Shard(shard)))];
        foreach (var shard in shards) copies.AddRange(await CopyOf(cluster, shard));
        await cluster.Scale(new Counts(1, 1, 1, 0));
        // What the shards emit is acknowledged by them when the broker has it.
        await IsEmpty(cluster, shards);
        foreach (var query in QueryRegistry.All) copies.AddRange(await CopyOf(cluster, QueueName.Of(Destination.Join(query))));
        await cluster.Scale(new Counts(1, 1, 1, 1));
        await sending.Completes("role by role");
        var shuffled = copies.ToArray();
        new Random(5).Shuffle(shuffled);
        return [.. shuffled];
    }

    private static async Task<IEnumerable<(QueueName, BusMessage)>> CopyOf(ClusterUnderTest cluster, QueueName queue)
    {
        var messages = await cluster.Copy(queue);
        Assert.NotEmpty(messages);
        return messages.Select(message => (queue, message));
    }

    private static Task Publish(RabbitMqBus bus, IEnumerable<(QueueName Queue, BusMessage Message)> copies, SessionId session) =>
        Task.WhenAll(copies.Select(copy => bus.PublishAsync(copy.Queue, copy.Message with { Session = session })));

    private static async Task IsEmpty(ClusterUnderTest cluster, QueueName[] queues)
    {
        List<KeyValuePair<string, int>> left = [];
        await Eventually.Holds(
            async () =>
            {
                left = [.. (await cluster.Queues()).Where(queue => queue.Value > 0 && queues.Contains(new QueueName(queue.Key)))];
                return left.Count == 0;
            },
            () => $"Left in queues: {string.Join(", ", left)}; expected nothing.\n{cluster.Tail}");
    }

    private static async Task AreEmpty(ClusterUnderTest cluster, IEnumerable<string> tables)
    {
        await using var probe = new PostgresProbe(cluster.Database);
        foreach (var table in tables) Assert.Equal((table, 0), (table, await probe.ScalarAsync<int>($"SELECT count(*) FROM {table}")));
    }
}
