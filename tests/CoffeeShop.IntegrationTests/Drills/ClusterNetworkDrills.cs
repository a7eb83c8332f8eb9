using CoffeeShop.Cluster;
using CoffeeShop.IntegrationTests.Cluster;

namespace CoffeeShop.IntegrationTests.Drills;

/// <summary>Whatever the network between the processes of a cluster and its servers does, clients get the bytes of run and nothing is left, once it is well again.</summary>
[Collection(BrokerTests.Name)]
[Trait("suite", "drills")]
public sealed class ClusterNetworkDrills(CabledCluster shared) : IClassFixture<CabledCluster>
{
    // The broker and its clients give a silent connection up after ten seconds, the database a transaction after fifteen.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(20);

    private static readonly Dictionary<string, Func<Cable[], Task, Task>> Faults = new()
    {
        ["cut within frames"] = async (cables, ended) =>
        {
            for (var bytes = 20_000; bytes < 2_000_000 && !ended.IsCompleted; bytes *= 2)
            {
                foreach (var cable in cables) cable.CutAfter(bytes);
                await Pass(ended, TimeSpan.FromMilliseconds(400));
            }
        },
        ["reset"] = async (cables, ended) =>
        {
            for (var i = 0; i < 6 && !ended.IsCompleted; i++)
            {
                foreach (var cable in cables) cable.Cut(resets: true);
                await Pass(ended, TimeSpan.FromMilliseconds(200 + (97 * i)));
            }
        },
        ["narrow"] = async (cables, ended) =>
        {
            foreach (var cable in cables) cable.Throttle(500_000);
            await Pass(ended, TimeSpan.FromSeconds(3));
            foreach (var cable in cables) cable.Throttle(0);
        },
        ["half open"] = async (cables, ended) =>
        {
            // New connections hear again; those that there are stay deaf, and whoever has them must notice by himself.
            foreach (var cable in cables) cable.LoseAnswers();
            await Pass(ended, TimeSpan.FromSeconds(3));
            Assert.False(ended.IsCompleted);
            foreach (var cable in cables) cable.Mend();
        },
        ["silent"] = async (cables, ended) =>
        {
            foreach (var cable in cables) cable.Hang();
            await Pass(ended, Silence);
            Assert.False(ended.IsCompleted);
            foreach (var cable in cables) cable.Release();
        },
    };

    [Theory]
    [InlineData("cut within frames")]
    [InlineData("reset")]
    [InlineData("narrow")]
    public Task A_broken_way_to_the_broker_changes_no_byte(string fault) => Drill(fault, shared.ToBroker);

    [Theory]
    [InlineData("cut within frames")]
    [InlineData("reset")]
    [InlineData("narrow")]
    public Task A_broken_way_to_the_database_changes_no_byte(string fault) => Drill(fault, shared.ToDatabase);

    [Theory, Trait("length", "long")]
    [InlineData("half open")]
    [InlineData("silent")]
    public Task A_broker_that_is_not_heard_of_changes_no_byte(string fault) => Drill(fault, shared.ToBroker);

    [Theory, Trait("length", "long")]
    [InlineData("half open")]
    [InlineData("silent")]
    public Task A_database_that_is_not_heard_of_changes_no_byte(string fault) => Drill(fault, shared.ToDatabase);

    [Theory, Trait("length", "long")]
    [InlineData(Roles.Gateway)]
    [InlineData(Roles.Filter)]
    [InlineData(Roles.Aggregate)]
    [InlineData(Roles.Join)]
    public async Task A_role_alone_that_is_cut_off_changes_no_byte(string role)
    {
        foreach (var fault in Faults.Keys) await Drill(fault, shared.Of(role));
    }

    private static async Task Pass(Task ended, TimeSpan time) => await Task.WhenAny(ended, Task.Delay(time, TestContext.Current.CancellationToken));

    private async Task Drill(string fault, Cable[] cables)
    {
        using var sending = Sending.Start(shared.Cluster, shared.Dataset);
        await shared.Cluster.Reaches();
        await Faults[fault](cables, sending.Ended);
        await sending.Completes(fault);
        Assert.All(shared.Cluster.All, process => Assert.True(process.IsRunning, process.Log));
        await shared.Cluster.CheckAtRest(++shared.Complete);
    }
}
