using CoffeeShop.Delivery;
using CoffeeShop.Storage;
using CoffeeShop.Tables;

namespace CoffeeShop.Tests.Delivery.World;

/// <content>The registry of sessions, and the attempts at messages.</content>
internal sealed partial class WorldDatabase
{
    private readonly Dictionary<AttemptKey, Attempts> _attempts = [];

    public IReadOnlyDictionary<SessionId, WorldRow> Sessions { get; }

    /// <summary>Messages under suspicion.</summary>
    public int Suspects => _attempts.Count;

    public bool IsOpen(SessionId session) => Sessions[session] is { State: SessionState.Open };

    public Task<SessionRecord?> FindSessionAsync(WorldProcess process, SessionId id) => ReadAsync(process, "a look at a session", () => RecordOf(Sessions[id]));

    public Task<IReadOnlySet<SessionId>> FindOpenAsync(WorldProcess process, IReadOnlyCollection<SessionId> sessions) =>
        ReadAsync<IReadOnlySet<SessionId>>(process, "a look at sessions", () => sessions.Where(IsOpen).ToHashSet());

    public Task<IReadOnlyList<ResultChunk>> ReadResultAsync(WorldProcess process, SessionId id, byte query, long after) =>
        ReadAsync<IReadOnlyList<ResultChunk>>(process, "a look at a result", () =>
            [.. Sessions[id].Chunks.Where(chunk => chunk.Key.Query == query && chunk.Key.Number > after).Take(2).Select(chunk => chunk.Value)]);

    public Task<EndOutcome> SetEndAsync(WorldProcess process, SessionId id, Table table, TableEnd end) =>
        RunAsync<EndOutcome>(process, $"the end of {table} of session {WorldState.NumberOf(id)}", null, transaction => SetEnd(transaction, id, table, end));

    public Task RaiseMarksAsync(WorldProcess process, SessionId id, IReadOnlyDictionary<Table, long> marks) =>
        RunAsync<bool>(process, $"the marks of session {WorldState.NumberOf(id)}", null, transaction => RaiseMarks(transaction, id, marks));

    public Task<bool> EndSessionAsync(WorldProcess process, SessionId id, SessionState state, string reason) =>
        RunAsync<bool>(process, $"the ending of session {WorldState.NumberOf(id)} as {state} ({reason})", null, transaction => EndSession(transaction, id, state, reason));

    public Task<Attempts?> AttemptAsync(WorldProcess process, AttemptKey message, bool hasFailed) =>
        RunAsync<Attempts?>(process, $"an attempt at message {message.Number} of the {message.Input} at {message.Queue}", null, transaction => Attempt(transaction, message, hasFailed));

    public Task ClearAttemptsAsync(WorldProcess process, AttemptKey message) =>
        RunAsync<bool>(process, $"the success of an attempt at {message.Queue}", null, transaction => ClearAttempts(transaction, message));

    /// <summary>Forgets what has ended: messages may still come.</summary>
    public void Purge()
    {
        foreach (var row in Sessions.Values.Where(row => row.State is not (SessionState.Open or SessionState.Complete))) row.IsForgotten = true;
    }

    private Task<T> ReadAsync<T>(WorldProcess process, string name, Func<T> read) => RunAsync<T>(process, name, null, transaction => Read(transaction, read));

    private static IEnumerable<RowLock[]> Read<T>(WorldTransaction<T> transaction, Func<T> read)
    {
        transaction.Result = read();
        yield break;
    }

    private IEnumerable<RowLock[]> SetEnd(WorldTransaction<EndOutcome> transaction, SessionId id, Table table, TableEnd end)
    {
        yield return [new RowLock(id, IsAlone: false)];
        transaction.Result = EndOutcome.NotOpen;
        if (!IsOpen(id)) yield break;
        yield return [new RowLock((id, table), IsAlone: true)];
        var row = Sessions[id];
        transaction.Result = !row.Ends.TryGetValue(table, out var known) ? EndOutcome.Set : known == end ? EndOutcome.Equal : EndOutcome.Conflict;
        if (transaction.Result != EndOutcome.Set) yield break;
        transaction.Write(() =>
        {
            _world.CheckEnd(row, table, end);
            row.Ends.Add(table, end);
        });
    }

    private IEnumerable<RowLock[]> RaiseMarks(WorldTransaction<bool> transaction, SessionId id, IReadOnlyDictionary<Table, long> marks)
    {
        yield return [new RowLock(id, IsAlone: false)];
        if (!IsOpen(id)) yield break;
        transaction.Write(() =>
        {
            foreach (var (table, number) in marks)
            {
                if (number <= Sessions[id].Marks.GetValueOrDefault(table)) continue;
                _world.CheckMark(Sessions[id], table, number);
                Sessions[id].Marks[table] = number;
            }
        });
    }

    private IEnumerable<RowLock[]> EndSession(WorldTransaction<bool> transaction, SessionId id, SessionState state, string reason)
    {
        yield return [new RowLock(id, IsAlone: true)];
        if (!IsOpen(id)) yield break;
        transaction.Result = true;
        transaction.Write(() =>
        {
            EndNow(Sessions[id], state, reason);
            Sessions[id].Chunks.Clear();
            Sessions[id].Closed.Clear();
        });
    }

    private IEnumerable<RowLock[]> Attempt(WorldTransaction<Attempts?> transaction, AttemptKey message, bool hasFailed)
    {
        yield return [new RowLock(message.Session, IsAlone: false), new RowLock(message, IsAlone: true)];
        if (!IsOpen(message.Session)) yield break;
        var before = _attempts.GetValueOrDefault(message);
        var after = hasFailed ? before with { Failed = before.Failed + 1 } : before with { Begun = before.Begun + 1 };
        transaction.Result = hasFailed ? after : before;
        transaction.Write(() => _attempts[message] = after);
    }

    private IEnumerable<RowLock[]> ClearAttempts(WorldTransaction<bool> transaction, AttemptKey message)
    {
        yield return [new RowLock(message, IsAlone: true)];
        transaction.Write(() => _attempts.Remove(message));
    }

    private void EndNow(WorldRow row, SessionState state, string? reason)
    {
        WorldViolation.Unless(row.State == SessionState.Open, $"invariant 6: session {row.Session.Id} is {row.State} and becomes {state}");
        (row.State, row.Reason) = (state, reason);
        foreach (var key in _places.Keys.Where(key => key.Item1 == row.Session.Id).ToList()) _places.Remove(key);
        foreach (var key in _attempts.Keys.Where(key => key.Session == row.Session.Id).ToList()) _attempts.Remove(key);
        if (_world.IsTold) _world.Tell($"session {WorldState.NumberOf(row.Session.Id)} is {state}: {reason}");
    }

    private static SessionRecord? RecordOf(WorldRow row) => row.IsForgotten ? null : new SessionRecord(
        new NewSession(row.Session.Id, row.Protocol, "", null, default, default, row.Session.Pin), row.State, row.Reason, default, null, 0,
        new Dictionary<Table, TableEnd>(row.Ends), new Dictionary<Table, long>(row.Marks), new Dictionary<byte, ClosedQuery>(row.Closed));
}
