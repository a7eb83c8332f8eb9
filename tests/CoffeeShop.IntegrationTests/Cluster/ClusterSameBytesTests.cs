using CoffeeShop.IntegrationTests.SingleServer;
using CoffeeShop.Tests.Cli;

namespace CoffeeShop.IntegrationTests.Cluster;

/// <summary>However many processes and shards there are, the answers are those of <c>coffee run</c>.</summary>
[Collection(BrokerTests.Name)]
[Trait("suite", "cluster")]
public sealed class ClusterSameBytesTests(Broker broker, PostgresServer postgres, Datasets datasets) : IClassFixture<Datasets>
{
    [Fact]
    public async Task One_client_and_ten_at_once_get_the_bytes_of_run_from_any_number_of_processes()
    {
        await using var cluster = await ClusterUnderTest.Start(broker, postgres, new Counts(2, 3, 2, 2), shards: 4);
        await SendAndCheck(cluster, datasets.EdgeCases, gateway: 0, "1");
        await SendAndCheck(cluster, datasets.Ordinary, gateway: 1, "2");
        await Task.WhenAll(Enumerable.Range(0, 10).Select(i => SendAndCheck(cluster, i % 2 == 0 ? datasets.EdgeCases : datasets.Ordinary, gateway: i % 2, $"agencia-{i}")));
        await cluster.Scale(new Counts(1, 5, 4, 3));
        await SendAndCheck(cluster, datasets.Ordinary, gateway: 0, "3");
        await cluster.Scale(new Counts(1, 1, 1, 1));
        await SendAndCheck(cluster, datasets.EdgeCases, gateway: 0, "4");
        await cluster.CheckAtRest(complete: 14);
    }

    [Theory]
    [InlineData(1, "classic")]
    [InlineData(16, "quorum")]
    public async Task Any_number_of_shards_gives_the_same_bytes(int shards, string queueType)
    {
        await using var cluster = await ClusterUnderTest.Start(broker, postgres, new Counts(1, 2, 2, 2), shards, queueType);
        await SendAndCheck(cluster, datasets.EdgeCases, gateway: 0, "1");
        await SendAndCheck(cluster, datasets.Ordinary, gateway: 0, "1");
        await cluster.CheckAtRest(complete: 2);
    }

    [Fact]
    public async Task A_result_can_be_read_from_any_gateway()
    {
        await using var cluster = await ClusterUnderTest.Start(broker, postgres, new Counts(2, 1, 1, 1), queueType: "classic");
        await SendAndCheck(cluster, datasets.EdgeCases, gateway: 0, "1");
        var results = await Coffee.Run("results", "latest", "--http", cluster.Http(1));
        results.Is(0);
        Assert.Equal(datasets.EdgeCases.Answer, System.Text.Encoding.UTF8.GetBytes(results.Output));
    }

    private static async Task SendAndCheck(ClusterUnderTest cluster, Dataset dataset, int gateway, string id)
    {
        using var client = new SingleServer.Client(cluster.Address(gateway), dataset.Path, id);
        (await client.Send()).Is(0);
        client.Received(dataset);
    }
}
