using CoffeeShop.IntegrationTests.SingleServer;

namespace CoffeeShop.IntegrationTests.Cluster;

/// <summary>A small cluster and a dataset for many rounds, in each of which somebody is killed: to start them takes longer than a round.</summary>
public sealed class KillCluster(Broker broker, PostgresServer postgres) : IAsyncLifetime
{
    private readonly Datasets _datasets = new();
    private ClusterUnderTest? _cluster;

    /// <summary>Two gateways, one worker of each role, four shards.</summary>
    internal ClusterUnderTest Cluster => _cluster ?? throw new InvalidOperationException("The cluster has not been started.");

    internal Dataset Dataset => _datasets.EdgeCases;

    /// <summary>How many sessions are complete.</summary>
    internal int Complete { get; set; }

    public async ValueTask InitializeAsync()
    {
        await _datasets.InitializeAsync();
        _cluster = await ClusterUnderTest.Start(broker, postgres, new Counts(2, 1, 1, 1), shards: 4);
    }

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null) await _cluster.DisposeAsync();
        await _datasets.DisposeAsync();
    }
}
