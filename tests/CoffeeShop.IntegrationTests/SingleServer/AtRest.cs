using CoffeeShop.Delivery;
using CoffeeShop.Storage.Sqlite;

namespace CoffeeShop.IntegrationTests.SingleServer;

/// <summary>What must be left when all clients have their answers: the results, and nothing else.</summary>
internal static class AtRest
{
    /// <summary>Stops a server and looks into its database.</summary>
    /// <param name="server">The server.</param>
    /// <param name="state">Its state folder.</param>
    /// <param name="complete">How many sessions must be complete. Others may be open that a killed client never heard of; they have had no batch.</param>
    /// <param name="failed">How many must have failed.</param>
    public static async Task Check(Server server, string state, int complete, int failed = 0)
    {
        Assert.Equal(0, await server.Stop());
        await using var storage = SqliteStorage.Open(state, shards: null, TimeProvider.System);
        var sessions = await storage.ListSessionsAsync();
        Assert.Equal(complete, sessions.Count(session => session.State == SessionState.Complete));
        Assert.Equal(failed, sessions.Count(session => session.State == SessionState.Failed));
        Assert.All(sessions, session => Assert.True(session.State is SessionState.Complete or SessionState.Open or SessionState.Failed, $"{session.Session.Id}: {session.Reason}"));
        foreach (var session in sessions)
        {
            var footprint = await storage.MeasureAsync(session.Session.Id);
            Assert.Equal((0L, 0L, 0L), (footprint.JournalRecords, footprint.JournalBytes, footprint.Attempts));
        }
    }
}
