using CoffeeShop.Tests;
using CoffeeShop.Tests.Cli;

namespace CoffeeShop.IntegrationTests.SingleServer;

/// <summary>Generated datasets with their right answers, made once for all tests: by <c>coffee run</c>, whose answers other tests hold against an oracle.</summary>
public sealed class Datasets : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>Rows made to break readers, among ordinary ones.</summary>
    public Dataset EdgeCases { get; private set; } = null!;

    /// <summary>Large enough that a process can be killed in the midst of it.</summary>
    public Dataset Ordinary { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        EdgeCases = await Make("edge", "--months", "2023-12..2024-02", "--transactions-per-month", "3000", "--edge-cases");
        Ordinary = await Make("ordinary", "--months", "2024-11..2025-01", "--transactions-per-month", "60000", "--seed", "7");
    }

    /// <summary>Generates a dataset and answers it.</summary>
    public async Task<Dataset> Make(string name, params string[] options)
    {
        var data = _folder[name];
        (await Coffee.Run(["generate", "--out", data, .. options])).Is(0);
        return await Answer(name, data);
    }

    /// <summary>Answers a dataset that is there.</summary>
    public async Task<Dataset> Answer(string name, string data, params string[] options)
    {
        (await Coffee.Run(["run", "--data", data, "--out", _folder[$"{name}-out"], "--quiet", .. options])).Is(0);
        var rejected = _folder[$"{name}-out/client-1.rejected.ndjson"];
        return new Dataset(data, _folder.Read($"{name}-out/client-1.ndjson"), File.Exists(rejected) ? await File.ReadAllBytesAsync(rejected) : null);
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }
}

/// <summary>A dataset.</summary>
/// <param name="Path">Its folder.</param>
/// <param name="Answer">The bytes of the right result file.</param>
/// <param name="Rejected">The bytes of the list of rejected rows, or null when there are none.</param>
public sealed record Dataset(string Path, byte[] Answer, byte[]? Rejected);
