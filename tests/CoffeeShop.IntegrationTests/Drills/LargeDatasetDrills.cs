using CoffeeShop.IntegrationTests.Cluster;
using CoffeeShop.IntegrationTests.SingleServer;
using CoffeeShop.Tests;
using CoffeeShop.Tests.Cli;

namespace CoffeeShop.IntegrationTests.Drills;

/// <summary>800 MB of CSV a client: the answers are those of <c>coffee run</c> for one client, for three in a row and for ten at once.</summary>
[Collection(BrokerTests.Name)]
[Trait("suite", "drills")]
[Trait("length", "long")]
public sealed class LargeDatasetDrills(Broker broker, PostgresServer postgres, LargeDataset large) : IClassFixture<LargeDataset>
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    [Fact]
    public async Task The_single_server_gives_the_bytes_of_run_over_800_MB_to_three_in_a_row_and_to_ten_at_once()
    {
        using var state = new TemporaryFolder();
        await using var server = await Server.Start(state.Path);
        for (var i = 0; i < 3; i++) await SendAndCheck(server.Address, "1");
        await Task.WhenAll(Enumerable.Range(0, 10).Select(i => SendAndCheck(server.Address, $"agencia-{i}")));
        await AtRest.Check(server, state.Path, complete: 13);
    }

    [Fact]
    public async Task A_cluster_of_nine_processes_gives_the_bytes_of_run_over_800_MB_to_one_and_to_ten_at_once()
    {
        await using var cluster = await ClusterUnderTest.Start(broker, postgres, new Counts(2, 3, 2, 2), shards: 4);
        await SendAndCheck(cluster.Address(), "1");
        await Task.WhenAll(Enumerable.Range(0, 10).Select(i => SendAndCheck(cluster.Address(i % 2), $"agencia-{i}")));
        await cluster.CheckAtRest(complete: 11);
    }

    private async Task SendAndCheck(string address, string id)
    {
        using var client = new SingleServer.Client(address, large.Dataset.Path, id);
        using var process = client.Start();
        (await Coffee.End(process, Patience)).Is(0);
        client.Received(large.Dataset);
    }
}

/// <summary>As much as the figures of the project are measured with.</summary>
public sealed class LargeDataset : IAsyncLifetime
{
    private readonly Datasets _datasets = new();

    public Dataset Dataset { get; private set; } = null!;

    public async ValueTask InitializeAsync() =>
        Dataset = await _datasets.Make("large", "--months", "2023-07..2025-06", "--transactions-per-month", "155000", "--seed", "1");

    public ValueTask DisposeAsync() => _datasets.DisposeAsync();
}
