using System.Diagnostics;
using System.Globalization;
using CoffeeShop.Client;
using CoffeeShop.Csv;
using CoffeeShop.Output;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoffeeShop.Benchmarks;

/// <summary>
/// Many clients at once, each with a session and a connection of its own, send the same folder to a server. They share this
/// process: what is measured is the server, and not the start of many programs.
/// </summary>
internal static class ManyClients
{
    /// <summary>Prints how long the clients took and, over all their batches, how long these took to be acknowledged.</summary>
    public static int Run(ServerAddress server, string folder, string output, int clients)
    {
        var watch = Stopwatch.StartNew();
        var reports = Task.WhenAll(Enumerable.Range(1, clients).Select(id => SendAsync(server, folder, Path.Combine(output, $"{id}"), id))).GetAwaiter().GetResult();
        var times = new AcknowledgementTimes(TimeProvider.System);
        foreach (var report in reports) times.Add(report.Times);
        // clients, seconds, batches, then milliseconds within which half, 99 % and all of them were acknowledged
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{clients}\t{watch.Elapsed.TotalSeconds:0.000}\t{times.Count}\t{times.Within(0.5).TotalMilliseconds:0.0}\t{times.Within(0.99).TotalMilliseconds:0.0}\t{times.Within(1).TotalMilliseconds:0.0}"));
        return 0;
    }

    private static async Task<ClientReport> SendAsync(ServerAddress server, string folder, string output, int id)
    {
        // Off the thread that starts them, so that all begin together.
        await Task.Yield();
        Directory.CreateDirectory(output);
        var dataset = Dataset.Open(new DatasetOptions(folder));
        using var file = new OutputFile(Path.Combine(output, $"client-{id}.ndjson"));
        var session = new ClientSession(
            new ClientOptions(server, $"{id}", Path.Combine(output, $"client-{id}.session")), dataset, file, NullLogger.Instance, TimeProvider.System, Random.Shared);
        var report = await session.RunAsync(CancellationToken.None);
        file.Commit();
        return report;
    }
}
