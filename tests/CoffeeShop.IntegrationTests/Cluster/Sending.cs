using System.Diagnostics;
using CoffeeShop.IntegrationTests.SingleServer;
using CoffeeShop.Services;
using CoffeeShop.Tests;
using CoffeeShop.Tests.Cli;

namespace CoffeeShop.IntegrationTests.Cluster;

/// <summary>
/// A client that sends while something happens to the cluster: in small batches, so that there is much to be interrupted, and
/// it looks often whether its gateway is there again.
/// </summary>
internal sealed class Sending : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private readonly ClusterUnderTest _cluster;
    private readonly Dataset _dataset;
    private readonly TemporaryFolder _folder = new();
    private readonly SingleServer.Client _client;
    private readonly Process _process;

    private Sending(ClusterUnderTest cluster, Dataset dataset, int gateway, string id)
    {
        (_cluster, _dataset) = (cluster, dataset);
        _client = new SingleServer.Client(cluster.Address(gateway), dataset.Path, id);
        _process = _client.Start(Config(_folder));
        Ended = Coffee.End(_process, Patience);
    }

    /// <summary>Completes when the client has ended.</summary>
    public Task<Ended> Ended { get; private set; }

    public static Sending Start(ClusterUnderTest cluster, Dataset dataset, int gateway = 0, string id = "1") => new(cluster, dataset, gateway, id);

    /// <summary>Sends to the end, undisturbed.</summary>
    public static async Task Whole(ClusterUnderTest cluster, Dataset dataset, int gateway = 0)
    {
        using var sending = Start(cluster, dataset, gateway);
        await sending.Completes("undisturbed");
    }

    /// <summary>Kills the client, and goes on with its session on another gateway.</summary>
    public async Task ResumeAt(int gateway)
    {
        _process.Kill();
        await Ended;
        Ended = _client.ResumeAt(_cluster.Address(gateway), Config(_folder));
    }

    /// <summary>Pauses the client in the midst of its session, so that there is time for what takes some.</summary>
    public void Hold() => _process.Send(Signal.Pause);

    /// <summary>Lets it go on.</summary>
    public void Release() => _process.Send(Signal.Continue);

    /// <summary>The client gets the bytes of run.</summary>
    /// <param name="circumstances">What happened meanwhile, for messages.</param>
    public async Task Completes(string circumstances)
    {
        await Task.WhenAny(Ended);
        Assert.False(Ended.IsCanceled, $"{circumstances}: the client has not come to its end.\n{_cluster.Tail}");
        var ended = await Ended;
        Assert.True(ended.ExitCode == 0, $"{circumstances}: {ended.Error}\n{_cluster.Tail}");
        _client.Received(_dataset);
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
        _client.Dispose();
        _folder.Dispose();
    }

    private static string[] Config(TemporaryFolder folder) =>
        ["--config", folder.Write("config.yaml", "batch:\n  maxAmount: 1000\nretry:\n  attempts: 300\n  interval: 100ms\n")];
}
