using System.Diagnostics;
using CoffeeShop.Cluster;
using CoffeeShop.Observability;

namespace CoffeeShop.IntegrationTests.Cluster;

/// <summary>
/// Whatever process of a cluster is killed, at whatever moment, clients get the bytes of <c>coffee run</c> and nothing is left
/// behind. Somebody starts again what is dead, as a supervisor does.
/// </summary>
[Collection(BrokerTests.Name)]
[Trait("suite", "cluster")]
public sealed class ClusterKillTests(KillCluster shared) : IClassFixture<KillCluster>
{
    private const int Killed = 128 + 9;

    // The moments of a role, each with about how often a session comes to it.
    private static readonly Dictionary<string, (FailPoint Point, int Hits)[]> Moments = new()
    {
        [Roles.Gateway] =
        [
            (FailPoint.SessionCreated, 1), (FailPoint.BatchPublished, 35), (FailPoint.BatchAcknowledged, 5), (FailPoint.EndSet, 5), (FailPoint.EndPublished, 5),
        ],
        [Roles.Filter] =
        [
            (FailPoint.FilterPublishing, 120), (FailPoint.FilterPublished, 120), (FailPoint.FilterAcknowledging, 28), (FailPoint.FilterAcknowledged, 28),
        ],
        [Roles.Aggregate] =
        [
            (FailPoint.OwnerCommitting, 8), (FailPoint.OwnerCommitted, 8), (FailPoint.OwnerAcknowledging, 8), (FailPoint.OwnerAcknowledged, 8),
            (FailPoint.OwnerEmitting, 12), (FailPoint.OwnerEmitted, 12),
        ],
        [Roles.Join] =
        [
            (FailPoint.OwnerCommitting, 4), (FailPoint.OwnerCommitted, 4), (FailPoint.OwnerAcknowledging, 4), (FailPoint.OwnerAcknowledged, 4),
            // The last of the four completes the session, and its client may be told before the process dies of it.
            (FailPoint.OwnerClosing, 3), (FailPoint.OwnerClosed, 3),
        ],
    };

    private static int Seeds => int.TryParse(Environment.GetEnvironmentVariable("COFFEE_TEST_SEEDS"), out var seeds) ? seeds : 1;

    private ClusterUnderTest Cluster => shared.Cluster;

    [Theory]
    [InlineData(Roles.Gateway)]
    [InlineData(Roles.Filter)]
    [InlineData(Roles.Aggregate)]
    [InlineData(Roles.Join)]
    public async Task A_process_killed_at_any_point_of_its_role_changes_no_byte(string role)
    {
        var victim = Cluster.Of(role)[0];
        for (var seed = 0; seed < Seeds; seed++)
        {
            foreach (var (point, hits) in Moments[role])
            {
                // How often a point is hit depends on how fast the others are: one that is not is drawn again, from fewer.
                for (var count = new Random(seed + hits).Next(1, hits + 1); !await Round(victim, $"{point}:{count}", $"{role}, seed {seed}, {point}:{count}"); count /= 2)
                    Assert.True(count > 1, $"{role} has not come to {point}.\n{victim.Log}");
            }
        }

        await victim.Kill();
        await victim.Start();
        await Cluster.CheckAtRest(shared.Complete);
    }

    [Fact]
    public async Task The_same_owner_killed_25_times_in_a_row_changes_no_byte()
    {
        var victim = Cluster.Aggregators[0];
        await victim.Kill();
        using var sending = Sending.Start(Cluster, shared.Dataset);
        for (var death = 0; death < 25; death++)
        {
            var moment = $"{(death % 2 == 0 ? FailPoint.OwnerCommitting : FailPoint.OwnerCommitted)}:1";
            await victim.Start(moment);
            Assert.True(await Task.WhenAny(victim.Death(), sending.Ended) != sending.Ended, $"The client ended before death {death}.\n{victim.Log}");
            Assert.Equal(Killed, await victim.Death());
        }

        await victim.Start();
        await sending.Completes("25 deaths");
        await Cluster.CheckAtRest(++shared.Complete);
    }

    [Fact]
    public async Task Clients_at_once_outlive_the_deaths_of_all_roles_meanwhile()
    {
        const int Clients = 4, Deaths = 3;
        var sending = Enumerable.Range(0, Clients).Select(i => Sending.Start(Cluster, shared.Dataset, gateway: i % 2, id: $"agencia-{i}")).ToList();
        var ended = Task.WhenAll(sending.Select(one => one.Ended));
        var random = new Random(4);
        var deaths = await Task.WhenAll(Moments.Select(async moments =>
        {
            var (victim, drawn) = (Cluster.Of(moments.Key)[0], random.GetItems(moments.Value, Deaths));
            var died = 0;
            await victim.Kill();
            foreach (var (point, hits) in drawn)
            {
                await victim.Start($"{point}:{1 + (hits / 4)}");
                if (await Task.WhenAny(victim.Death(), ended) == ended) break;
                died++;
            }

            await victim.Kill();
            await victim.Start();
            return died;
        }));

        foreach (var one in sending)
        {
            await one.Completes("deaths of all roles");
            one.Dispose();
        }

        Assert.All(deaths, died => Assert.InRange(died, 1, Deaths));
        await Cluster.CheckAtRest(shared.Complete += Clients);
    }

    /// <summary>Has a client send to a cluster in which the victim kills itself.</summary>
    /// <returns>False when it has not come to that moment.</returns>
    private async Task<bool> Round(RoleProcess victim, string moment, string circumstances)
    {
        await victim.Kill();
        await victim.Start(moment);
        var begun = Stopwatch.GetTimestamp();
        using var sending = Sending.Start(Cluster, shared.Dataset);
        var death = victim.Death();
        var hasDied = await Task.WhenAny(death, sending.Ended) == death;
        if (hasDied)
        {
            Assert.Equal((moment, Killed), (moment, await death));
            await victim.Start();
        }

        await sending.Completes(circumstances);
        TestContext.Current.TestOutputHelper?.WriteLine($"{circumstances}: {Stopwatch.GetElapsedTime(begun).TotalSeconds:0.0} s");
        shared.Complete++;
        return hasDied;
    }
}
