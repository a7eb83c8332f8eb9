using System.Diagnostics;
using CoffeeShop.IntegrationTests.SingleServer;

namespace CoffeeShop.IntegrationTests.Cluster;

/// <summary>Whatever happens to the broker and the database of a cluster, its processes wait for it and go on.</summary>
[Collection(BrokerTests.Name)]
[Trait("suite", "cluster")]
public sealed class ClusterServerFaultTests(Broker broker, PostgresServer postgres, Datasets datasets) : IClassFixture<Datasets>
{
    // A broker that is killed sooner may forget queues that have just been declared.
    internal static readonly TimeSpan TopologyIsSafe = TimeSpan.FromSeconds(8);

    [Fact]
    public async Task A_broker_and_a_database_that_are_killed_or_restarted_change_no_byte_and_end_no_process()
    {
        await using var cluster = await ClusterUnderTest.Start(broker, postgres, new Counts(2, 1, 2, 1), shards: 4);
        var begun = Stopwatch.GetTimestamp();
        await Sending.Whole(cluster, datasets.Ordinary);
        if (TopologyIsSafe - Stopwatch.GetElapsedTime(begun) is var left && left > TimeSpan.Zero) await Task.Delay(left, TestContext.Current.CancellationToken);

        (string Name, Func<Task> End, Func<Task> Start)[] faults =
        [
            ("a killed broker", broker.Service.KillAsync, broker.Service.StartAsync),
            ("a killed database", postgres.Service.KillAsync, postgres.Service.StartAsync),
            ("a restarted broker", broker.Service.StopAsync, broker.Service.StartAsync),
            ("a restarted database", postgres.Service.StopAsync, postgres.Service.StartAsync),
        ];
        foreach (var (name, end, start) in faults)
        {
            using Sending one = Sending.Start(cluster, datasets.Ordinary, gateway: 0), two = Sending.Start(cluster, datasets.EdgeCases, gateway: 1);
            await cluster.Reaches();
            await end();
            await start();
            await one.Completes(name);
            await two.Completes(name);
        }

        Assert.All(cluster.All, process => Assert.True(process.IsRunning, process.Log));
        await cluster.CheckAtRest(complete: 1 + (2 * faults.Length));
    }

    [Fact]
    public async Task An_alarm_of_the_broker_stalls_the_cluster_until_it_is_over_and_does_nothing_else()
    {
        await using var cluster = await ClusterUnderTest.Start(broker, postgres, new Counts(1, 1, 1, 1), shards: 4);
        (string Name, Func<Task> Set, Func<Task> Clear)[] alarms =
        [
            ("memory", broker.Service.SetMemoryAlarmAsync, broker.Service.ClearMemoryAlarmAsync),
            ("disk", broker.Service.SetDiskAlarmAsync, broker.Service.ClearDiskAlarmAsync),
        ];
        foreach (var (name, set, clear) in alarms)
        {
            using var sending = Sending.Start(cluster, datasets.Ordinary);
            await cluster.Reaches();
            sending.Hold();
            try
            {
                await set();
                sending.Release();
                await cluster.Gateways[0].Says($"low on {name}");
                await cluster.IsBlocked();
                Assert.False(sending.Ended.IsCompleted, name);
            }
            finally
            {
                await clear();
            }

            await sending.Completes($"an alarm of {name}");
        }

        Assert.All(cluster.All, process => Assert.True(process.IsRunning, process.Log));
        await cluster.CheckAtRest(complete: alarms.Length);
    }

    [Fact]
    public async Task A_queue_that_vanishes_fails_the_sessions_that_are_open_by_name_and_no_later_one()
    {
        await using var cluster = await ClusterUnderTest.Start(broker, postgres, new Counts(1, 1, 1, 1), shards: 2);
        using var sending = Sending.Start(cluster, datasets.Ordinary);
        await cluster.Reaches();
        sending.Hold();
        await cluster.DeleteQueue("shard.1");
        sending.Release();

        // Its owner ends; whoever starts it again thereby declares the queue again.
        var owner = cluster.Aggregators[0];
        Assert.Equal(1, await owner.Death());
        Assert.Contains("The queue shard.1 was not found", owner.Log, StringComparison.Ordinal);
        await owner.Start();
        var ended = await sending.Ended;
        Assert.Equal(1, ended.ExitCode);
        Assert.Contains("The queue shard.1 has vanished from the broker, and messages with it. Send the session again.", ended.Error, StringComparison.Ordinal);

        foreach (var dead in cluster.All.Where(process => !process.IsRunning)) await dead.Start();
        await Sending.Whole(cluster, datasets.EdgeCases);
        await cluster.CheckAtRest(complete: 1, failed: 1);
    }
}
