using CoffeeShop.IntegrationTests.SingleServer;
using CoffeeShop.Tests;

namespace CoffeeShop.IntegrationTests.Drills;

/// <summary>A server that runs for long is as it was at its beginning, but for the results it keeps.</summary>
[Trait("suite", "drills")]
[Trait("length", "long")]
public sealed class ManySessionsDrills(Datasets datasets) : IClassFixture<Datasets>
{
    private const int Sessions = 300, First = 30;

    [Fact]
    public async Task Three_hundred_sessions_in_a_row_leave_neither_memory_nor_handles_nor_journal_nor_files_behind()
    {
        using var state = new TemporaryFolder();
        await using var server = await Server.Start(state.Path);
        // The first make what is kept; ten times as many must not keep ten times as much.
        await Send(server, First);
        var (memory, handles) = (server.MemoryBytes, server.Handles);
        await Send(server, Sessions - First);
        TestContext.Current.TestOutputHelper?.WriteLine($"{memory >> 20} MiB and {handles} handles after {First} sessions, {server.MemoryBytes >> 20} MiB and {server.Handles} after {Sessions}");
        Assert.InRange(server.MemoryBytes, 0, memory * 3 / 2);
        Assert.InRange(server.Handles, 0, handles + 10);
        await AtRest.Check(server, state.Path, complete: Sessions);
        Assert.Equal([".coffee-lock", "coffee.db"], state.Names);
    }

    private async Task Send(Server server, int sessions)
    {
        for (var i = 0; i < sessions; i++)
        {
            using var client = new SingleServer.Client(server, datasets.EdgeCases.Path);
            (await client.Send()).Is(0);
            client.Received(datasets.EdgeCases);
        }
    }
}
