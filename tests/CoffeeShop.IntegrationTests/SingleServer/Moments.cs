using System.Text.Json;
using CoffeeShop.Observability;
using CoffeeShop.Queries;
using CoffeeShop.Tables;

namespace CoffeeShop.IntegrationTests.SingleServer;

/// <summary>How much there is to do in a session.</summary>
/// <param name="Batches">Batches of all tables.</param>
/// <param name="Filtered">Those that pass a filter.</param>
/// <param name="ResultParts">Parts in which the result is sent at least.</param>
internal sealed record Work(int Batches, int Filtered, int ResultParts)
{
    private const int ResultPartBytes = 256 << 10;

    /// <summary>The work of the latest session of a server, as it tells it.</summary>
    public static async Task<Work> Of(Server server, Dataset dataset)
    {
        using var session = JsonDocument.Parse(await server.Get("/sessions/latest"));
        var batches = session.RootElement.GetProperty("batches").EnumerateObject().ToDictionary(table => table.Name, table => table.Value.GetInt32());
        var filtered = batches.Where(table => Delivery.Topology.PassesFilter(TableRegistry.All.Single(known => known.Name == table.Key))).Sum(table => table.Value);
        return new Work(batches.Values.Sum(), filtered, dataset.Answer.Length / ResultPartBytes);
    }
}

/// <summary>The moments at which a process can be killed: at a fail point, as often as it is surely hit.</summary>
internal static class Moments
{
    /// <summary>How often an owner commits depends on how fast the others are; but there are more than so many owners, and each commits.</summary>
    private const int AtLeast = 8;

    /// <summary>So many answers may go out together, since a client waits when it has so many batches on their way.</summary>
    private const int Window = 64;

    /// <summary>Those of a server. No snapshot is made here, for which a shard would have to have more than 4 MiB of records.</summary>
    public static (FailPoint Point, int Hits)[] OfServer(Work work) =>
    [
        (FailPoint.SessionCreated, 1),
        (FailPoint.BatchPublished, work.Batches),
        (FailPoint.BatchAcknowledged, 1 + (work.Batches / Window)),
        (FailPoint.EndSet, TableRegistry.All.Length),
        (FailPoint.EndPublished, TableRegistry.All.Length),
        (FailPoint.FilterPublishing, work.Filtered),
        (FailPoint.FilterPublished, work.Filtered),
        (FailPoint.FilterAcknowledging, work.Filtered),
        (FailPoint.FilterAcknowledged, work.Filtered),
        (FailPoint.OwnerCommitting, AtLeast),
        (FailPoint.OwnerCommitted, AtLeast),
        (FailPoint.OwnerAcknowledging, AtLeast),
        (FailPoint.OwnerAcknowledged, AtLeast),
        (FailPoint.OwnerEmitting, AtLeast),
        (FailPoint.OwnerEmitted, AtLeast),
        (FailPoint.OwnerClosing, QueryRegistry.All.Length),
        // The last one completes the session, and the client may be told before the server dies of it.
        (FailPoint.OwnerClosed, QueryRegistry.All.Length - 1),
    ];

    /// <summary>Those of a client.</summary>
    public static (FailPoint Point, int Hits)[] OfClient(Work work) =>
    [
        (FailPoint.ClientSent, work.Batches),
        (FailPoint.ClientAcknowledged, work.Batches + TableRegistry.All.Length),
        (FailPoint.ClientWritten, work.ResultParts),
        (FailPoint.OutputRenaming, 1),
        (FailPoint.OutputRenamed, 1),
    ];

    /// <summary>Draws a moment. Seeds that follow one another go through all points.</summary>
    /// <returns>As the environment of a process names it.</returns>
    public static string Draw((FailPoint Point, int Hits)[] moments, int seed)
    {
        var (point, hits) = moments[seed % moments.Length];
        return $"{point}:{new Random(seed).Next(1, hits + 1)}";
    }
}
