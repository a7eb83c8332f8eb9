using CoffeeShop.Cluster;
using CoffeeShop.IntegrationTests.Cluster;
using CoffeeShop.IntegrationTests.SingleServer;

namespace CoffeeShop.IntegrationTests.Drills;

/// <summary>A small cluster, each role of which reaches the broker and the database over cables of its own, and a dataset for many rounds.</summary>
public sealed class CabledCluster(Broker broker, PostgresServer postgres) : IAsyncLifetime
{
    private readonly Datasets _datasets = new();
    private readonly Dictionary<string, (Cable ToBroker, Cable ToDatabase)> _cables = [];
    private ClusterUnderTest? _cluster;

    internal ClusterUnderTest Cluster => _cluster ?? throw new InvalidOperationException("The cluster has not been started.");

    internal Dataset Dataset => _datasets.Ordinary;

    /// <summary>How many sessions are complete.</summary>
    internal int Complete { get; set; }

    internal Cable[] ToBroker => [.. _cables.Values.Select(cables => cables.ToBroker)];

    internal Cable[] ToDatabase => [.. _cables.Values.Select(cables => cables.ToDatabase)];

    /// <summary>Both cables of a role.</summary>
    internal Cable[] Of(string role) => [_cables[role].ToBroker, _cables[role].ToDatabase];

    public async ValueTask InitializeAsync()
    {
        await _datasets.InitializeAsync();
        _cluster = await ClusterUnderTest.New(broker, postgres, shards: 4);
        foreach (var role in (string[])[Roles.Gateway, Roles.Filter, Roles.Aggregate, Roles.Join])
        {
            _cables[role] = (new Cable(broker.Service.Port), new Cable(postgres.Service.Port));
            _cluster.Lay(role, _cables[role].ToBroker, _cables[role].ToDatabase);
        }

        await _cluster.Scale(new Counts(1, 1, 1, 1));
    }

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null) await _cluster.DisposeAsync();
        foreach (var cable in ToBroker.Concat(ToDatabase)) await cable.DisposeAsync();
        await _datasets.DisposeAsync();
    }
}
