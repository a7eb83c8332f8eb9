using CoffeeShop.Bus;
using CoffeeShop.Delivery;
using CoffeeShop.Storage;
using CoffeeShop.Tables;
using Microsoft.Extensions.Hosting;

namespace CoffeeShop.Gateway;

/// <summary>
/// Looks after the sessions: writes resume marks, repairs what stands still, and ends what nobody goes on with. It compares no
/// wall clocks: it watches the progress of a session stand still on its own clock, from when it first saw it so.
/// </summary>
internal sealed class SessionCaretaker(GatewayContext gateway) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private const int LookEvery = 5;
    private const int TellEvery = 10;
    private const int PurgeEvery = 3600;

    private readonly Dictionary<SessionId, Standing> _standing = [];
    private readonly Dictionary<SessionId, Task> _repairs = [];
    private bool _lookFailed;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, gateway.Clock);
        try
        {
            for (var second = 0L; ; second++)
            {
                await TryAsync(WriteMarksAsync);
                if (second % TellEvery == TellEvery - 1) TellProgress();
                if (second % LookEvery == 0) await TryAsync(LookAsync);
                if (second % PurgeEvery == 0) await TryAsync(PurgeAsync);
                await timer.WaitForNextTickAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The gateway stops.
        }
    }

    private async Task TryAsync(Func<Task> care)
    {
        try
        {
            await care();
        }
        catch (Exception e) when (e is StorageException or BusException)
        {
            _lookFailed = true;
            GatewayLog.CareFailed(gateway.Log, e.Message);
        }
        catch (Exception e)
        {
            // A mistake of ours: without its caretaker a gateway would go on as if all were well, or end.
            _lookFailed = true;
            GatewayLog.CareMistake(gateway.Log, e);
        }
    }

    private async Task WriteMarksAsync()
    {
        foreach (var active in gateway.Active.All)
        {
            if (active.Marks?.TakeRisen() is { } marks) await gateway.Sessions.RaiseMarksAsync(active.Id, marks);
        }
    }

    private void TellProgress()
    {
        foreach (var active in gateway.Active.All) GatewayLog.Progress(gateway.Log, active.Id, active.ClientId, active.Batches, active.Rows, active.Bytes);
    }

    private async Task PurgeAsync()
    {
        var purged = await gateway.Sessions.PurgeAsync(gateway.Limits.KeptTime);
        if (purged > 0) GatewayLog.Purged(gateway.Log, purged);
    }

    private async Task LookAsync()
    {
        // After something failed nothing is known of what stood still.
        if (_lookFailed) _standing.Clear();
        _lookFailed = false;
        // Before the registry is read: who is not connected by then and was there before has said all it will.
        var connected = gateway.Active.All.Select(active => active.Id).ToHashSet();
        var begun = gateway.Count.Begun;
        var open = (await gateway.Sessions.ListOpenSessionsAsync()).ToDictionary(record => record.Session.Id);
        gateway.Count.Found(begun, open.Count);
        gateway.Active.Forget(id => !open.ContainsKey(id));
        foreach (var ended in _standing.Keys.Where(id => !open.ContainsKey(id)).ToList()) _standing.Remove(ended);
        foreach (var id in connected.Where(id => !open.ContainsKey(id)))
        {
            // One that begins is not in the registry yet, and one that is complete gets its result.
            if (await gateway.Sessions.FindSessionAsync(id) is not { State: not (SessionState.Open or SessionState.Complete) } ended) continue;
            var why = Ending.Of(ended);
            gateway.Active.Interrupt(id, why.Code, why.Message);
        }

        foreach (var record in open.Values) await CareAsync(record, connected.Contains(record.Session.Id));
    }

    private async Task CareAsync(SessionRecord record, bool isConnected)
    {
        var (id, now) = (record.Session.Id, gateway.Clock.GetTimestamp());
        var isFinished = record.Ends.Count == TableRegistry.All.Length;
        var seen = new Seen(record.Progress, record.Ends.Count, record.Marks.Values.Sum());
        if (!_standing.TryGetValue(id, out var standing) || standing.Seen != seen)
        {
            _standing[id] = new Standing(seen, now, now, now);
            // What an earlier process left behind is repaired at once; for the rest a first look tells nothing.
            if (standing is null && isFinished && !isConnected) Repair(record, "finished before this gateway saw it");
            return;
        }

        if (isConnected) _standing[id] = standing = standing with { AloneSince = now };
        var stood = gateway.Clock.GetElapsedTime(standing.Since);
        if (stood >= gateway.Limits.SessionTime)
        {
            await EndAsync(id, SessionState.Expired, $"Nothing happened for {gateway.Limits.SessionTime.TotalHours:0.#} hours.");
        }
        else if (record.IsUntouched && gateway.Clock.GetElapsedTime(standing.AloneSince) >= 2 * gateway.Limits.IdleTime)
        {
            // It holds nothing that a client could miss, but a place among the sessions.
            await EndAsync(id, SessionState.Expired, $"Nothing was sent, and nobody came back for {2 * gateway.Limits.IdleTime.TotalMinutes:0.#} minutes.");
        }
        else if (!isFinished && record.Session.Protocol == 1 && !isConnected && (gateway.Options.IsOnlyGateway || stood >= 2 * gateway.Limits.IdleTime))
        {
            await EndAsync(id, SessionState.Failed, "Its connection is gone.");
        }
        else if (isFinished && gateway.Clock.GetElapsedTime(standing.RepairedAt) >= gateway.Limits.RepairTime)
        {
            _standing[id] = standing with { RepairedAt = now };
            Repair(record, $"nothing has happened for {stood.TotalSeconds:0} seconds");
        }
    }

    /// <summary>
    /// Says the ends once more to everybody who waits for them; to others they are nothing new. That takes as long as the
    /// destinations take, and nobody else waits for it.
    /// </summary>
    private void Repair(SessionRecord record, string reason)
    {
        if (_repairs.TryGetValue(record.Session.Id, out var repair) && !repair.IsCompleted) return;
        GatewayLog.Repairing(gateway.Log, record.Session.Id, reason);
        foreach (var repaired in _repairs.Where(known => known.Value.IsCompleted).ToList()) _repairs.Remove(repaired.Key);
        _repairs[record.Session.Id] = TryAsync(async () =>
        {
            foreach (var (table, end) in record.Ends)
                await gateway.Publisher.EndAsync(record.Session.Id, table, end, record.Session.Pin.Shards, republishTime: TimeSpan.Zero, isRepeated: true);
        });
    }

    private async Task EndAsync(SessionId id, SessionState state, string reason)
    {
        if (await gateway.Sessions.EndSessionAsync(id, state, reason)) GatewayLog.SessionEnded(gateway.Log, id, state, reason);
    }

    private readonly record struct Seen(long Progress, int Ends, long Marks);

    private sealed record Standing(Seen Seen, long Since, long RepairedAt, long AloneSince);
}
