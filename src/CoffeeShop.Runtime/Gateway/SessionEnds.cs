using CoffeeShop.Bus;
using CoffeeShop.Delivery;
using CoffeeShop.Observability;
using CoffeeShop.Protocol;
using CoffeeShop.Storage;
using CoffeeShop.Tables;

namespace CoffeeShop.Gateway;

/// <summary>The ends of a session's tables: each is set in the registry once, then told to everybody who waits for it.</summary>
internal sealed class SessionEnds(GatewayContext gateway, SessionId session, int shards, TimeSpan republishTime, bool isRepeated = false)
{
    private static readonly string AllTables = string.Join(' ', TableRegistry.All);

    private readonly Lock _lock = new();
    private readonly HashSet<Table> _received = [];

    /// <summary>Ends a table. The same end may come again.</summary>
    /// <exception cref="ProtocolException">Another end has been set, or the session has ended.</exception>
    /// <exception cref="StorageException">The storage is in trouble.</exception>
    /// <exception cref="BusException">The bus is in trouble.</exception>
    public async Task SetAsync(Table table, TableEnd end)
    {
        GatewayLog.EndReceived(gateway.Log, session, table, end.Last);
        switch (await gateway.Sessions.SetEndAsync(session, table, end))
        {
            case EndOutcome.Conflict:
                throw await FailAsync(table, end);
            case EndOutcome.NotOpen:
                await CheckEndedAsync(table, end);
                return;
            default:
                FailPoint.EndSet.Hit();
                await gateway.Publisher.EndAsync(session, table, end, shards, republishTime, isRepeated);
                FailPoint.EndPublished.Hit();
                TellReceived(table);
                return;
        }
    }

    /// <summary>Whether the end of a table has been told to everybody on this connection.</summary>
    public bool HasSent(Table table)
    {
        lock (_lock) return _received.Contains(table);
    }

    /// <summary>Fails the session for another end: two contents went under one number of batches, so no later end can be trusted either.</summary>
    /// <returns>What its client is told.</returns>
    /// <exception cref="StorageException">The storage is in trouble.</exception>
    public async Task<ProtocolException> FailAsync(Table table, TableEnd end)
    {
        var reason = $"Two different ends were said for {table}.";
        if (!await gateway.Sessions.EndSessionAsync(session, SessionState.Failed, reason)) return Another(table, end);
        GatewayLog.SessionEnded(gateway.Log, session, SessionState.Failed, reason);
        return new ProtocolException($"The session failed. {reason}", ErrorCode.SessionFailed);
    }

    /// <summary>A session that is complete has all its ends, and its client may say them again to get its result.</summary>
    private async Task CheckEndedAsync(Table table, TableEnd end)
    {
        var record = await gateway.Sessions.FindSessionAsync(session);
        if (record is not { State: SessionState.Complete }) throw Ending.Of(record);
        if (record.Ends[table] != end)
            throw Another(table, end);
    }

    private static ProtocolException Another(Table table, TableEnd end) =>
        new($"{table}: found {end.Last} as the last batch with hash sum {end.HashSum:x16}, expected the end that was set before.");

    private void TellReceived(Table table)
    {
        lock (_lock)
        {
            if (!_received.Add(table)) return;
            var awaited = TableRegistry.All.Where(other => !_received.Contains(other)).ToList();
            if (awaited.Count > 0) GatewayLog.EndsAwaited(gateway.Log, session, string.Join(' ', awaited));
            else GatewayLog.AllEndsReceived(gateway.Log, session, AllTables);
        }
    }
}
