using System.Diagnostics;
using System.Globalization;
using CoffeeShop.Client;
using CoffeeShop.Csv;
using CoffeeShop.Output;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoffeeShop.Benchmarks;

/// <summary>
/// Many clients at once, each with a session and a connection of its own, send the same folder to a server. They share this
/// process, and all of it has been done before when it is measured: what is measured is the server, and neither the start of many
/// programs nor the compilation of one.
/// </summary>
internal static class ManyClients
{
    private const int WarmUps = 2;

    /// <summary>Prints how long the clients took and, over all their batches, how long these took to be acknowledged.</summary>
    public static int Run(ServerAddress server, string folder, string output, int clients)
    {
        for (var warmUp = 1; warmUp <= WarmUps; warmUp++) SendAll(server, folder, Path.Combine(output, $"warm-up-{warmUp}"), clients);
        var watch = Stopwatch.StartNew();
        var reports = SendAll(server, folder, output, clients);
        var times = new AcknowledgementTimes(TimeProvider.System);
        foreach (var report in reports) times.Add(report.Times);
        // clients, seconds, batches, then milliseconds within which half, 99 % and all of them were acknowledged
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{clients}\t{watch.Elapsed.TotalSeconds:0.000}\t{times.Count}\t{times.Within(0.5).TotalMilliseconds:0.0}\t{times.Within(0.99).TotalMilliseconds:0.0}\t{times.Within(1).TotalMilliseconds:0.0}"));
        return 0;
    }

    private static ClientReport[] SendAll(ServerAddress server, string folder, string output, int clients) =>
        Task.WhenAll(Enumerable.Range(1, clients).Select(id => SendAsync(server, folder, Path.Combine(output, $"{id}"), id))).GetAwaiter().GetResult();

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
