using CoffeeShop.Cluster;
using CoffeeShop.IntegrationTests.SingleServer;
using CoffeeShop.Observability;
using CoffeeShop.Services;

namespace CoffeeShop.IntegrationTests.Cluster;

/// <summary>Who processes what may change in the midst of a session: processes come, go, stand still and wake up again.</summary>
[Collection(BrokerTests.Name)]
[Trait("suite", "cluster")]
public sealed class ClusterOwnerTests(Broker broker, PostgresServer postgres, Datasets datasets) : IClassFixture<Datasets>
{
    /// <summary>
    /// It stands still between what it has taken in and the transaction that appends it; when it wakes up, that transaction finds
    /// the epoch of its successor. <see cref="PostgresLockTests"/> shows that without the lock on that row it would be committed.
    /// </summary>
    [Fact]
    public async Task An_owner_that_was_paused_until_it_had_a_successor_is_refused_and_does_no_harm()
    {
        await using var cluster = await ClusterUnderTest.Start(broker, postgres, new Counts(1, 1, 0, 1), shards: 4);
        var paused = cluster.Add(Roles.Aggregate);
        await paused.Start($"{FailPoint.OwnerCommitting}:4:pause");
        using var sending = Sending.Start(cluster, datasets.EdgeCases);
        await paused.IsPaused();

        var successor = cluster.Add(Roles.Aggregate);
        await successor.Start();
        await sending.Completes("a paused owner");
        Assert.Contains("action: owner_recovered", successor.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("has been taken over by another process", paused.Log, StringComparison.Ordinal);

        paused.Send(Signal.Continue);
        await paused.Says("has been taken over by another process");
        await Sending.Whole(cluster, datasets.EdgeCases);
        await cluster.CheckAtRest(complete: 2);
    }

    [Fact]
    public async Task Filters_that_come_in_the_midst_of_a_session_take_their_share()
    {
        await using var cluster = await ClusterUnderTest.Start(broker, postgres, new Counts(1, 0, 1, 1), shards: 4, queueType: "classic");
        var filters = Enumerable.Range(0, 3).Select(_ => cluster.Add(Roles.Filter)).ToList();
        foreach (var filter in filters) filter.Environment["COFFEE_LOGGING_LOGGING_LEVEL"] = "DEBUG";
        await filters[0].Start();
        using var sending = Sending.Start(cluster, datasets.Ordinary);
        await cluster.Reaches();
        sending.Hold();
        await Task.WhenAll(filters.Skip(1).Select(filter => filter.Start()));
        sending.Release();
        await sending.Completes("more filters");
        var handled = filters.Select(filter => filter.Log.Split('\n').Count(line => line.Contains("action: batch_filtered", StringComparison.Ordinal))).ToList();
        TestContext.Current.TestOutputHelper?.WriteLine($"Batches of each filter: {string.Join(", ", handled)}");
        Assert.All(handled, batches => Assert.InRange(batches, 10, int.MaxValue));
        await cluster.CheckAtRest(complete: 1);
    }

    /// <summary>So small a session has no snapshot without the variable, and the process would not come to that point.</summary>
    [Fact]
    public async Task Variables_of_the_documents_name_an_owner_and_make_it_write_snapshots_and_its_death_behind_one_changes_no_byte()
    {
        await using var cluster = await ClusterUnderTest.Start(broker, postgres, new Counts(1, 1, 0, 1), shards: 4, queueType: "classic");
        var owner = cluster.Add(Roles.Aggregate);
        foreach (var (name, value) in ((string, string)[])[("NODE_ID", "owner-of-004"), ("SNAPSHOT_INTERVAL", "3"), ("EXPECTED_EOFS", "3"), ("TOP_THREE_CLIENTS_REPLICAS", "2")])
            owner.Environment[name] = value;
        await owner.Start($"{FailPoint.OwnerSnapshotted}:2");
        using var sending = Sending.Start(cluster, datasets.Ordinary);
        Assert.True(await Task.WhenAny(owner.Death(), sending.Ended) != sending.Ended, $"The client ended before two snapshots.\n{owner.Log}");
        await owner.Start();
        await sending.Completes("a death behind a snapshot");
        Assert.Contains("member: owner-of-004", owner.Log, StringComparison.Ordinal);
        Assert.Contains("note: EXPECTED_EOFS=3 has no effect", owner.Log, StringComparison.Ordinal);
        Assert.Contains("note: TOP_THREE_CLIENTS_REPLICAS=2 has no effect", owner.Log, StringComparison.Ordinal);
        await cluster.CheckAtRest(complete: 1);
    }

    [Fact]
    public async Task Processes_that_are_asked_to_end_in_the_midst_of_a_session_hand_over()
    {
        await using var cluster = await ClusterUnderTest.Start(broker, postgres, new Counts(1, 2, 2, 2), shards: 4);
        using var sending = Sending.Start(cluster, datasets.Ordinary);
        await cluster.Reaches();
        // Each must end with exit code 0.
        await cluster.Scale(new Counts(1, 1, 1, 1));
        sending.Hold();
        await cluster.Scale(new Counts(1, 2, 3, 3));
        sending.Release();
        await sending.Completes("a handover");
        await cluster.CheckAtRest(complete: 1);
    }

    [Fact]
    public async Task All_processes_of_a_role_killed_at_once_change_no_byte()
    {
        await using var cluster = await ClusterUnderTest.Start(broker, postgres, new Counts(2, 2, 2, 2), shards: 4);
        foreach (var role in (string[])[Roles.Gateway, Roles.Filter, Roles.Aggregate, Roles.Join])
        {
            using Sending one = Sending.Start(cluster, datasets.Ordinary, gateway: 0), two = Sending.Start(cluster, datasets.EdgeCases, gateway: 1);
            await cluster.Reaches();
            await Task.WhenAll(cluster.Of(role).Select(process => process.Kill()));
            await Task.WhenAll(cluster.Of(role).Select(process => process.Start()));
            await one.Completes($"all of {role}");
            await two.Completes($"all of {role}");
        }

        await cluster.CheckAtRest(complete: 8);
    }

    [Fact]
    public async Task A_client_whose_gateway_is_gone_for_good_goes_on_at_another()
    {
        await using var cluster = await ClusterUnderTest.Start(broker, postgres, new Counts(2, 1, 1, 1), shards: 4);
        using var sending = Sending.Start(cluster, datasets.Ordinary);
        await cluster.Reaches();
        await cluster.Gateways[0].Kill();
        await sending.ResumeAt(gateway: 1);
        await sending.Completes("another gateway");
        await cluster.CheckAtRest(complete: 1);
    }
}
