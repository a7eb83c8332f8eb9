using CoffeeShop.Delivery;
using CoffeeShop.Storage;
using CoffeeShop.Tables;

namespace CoffeeShop.Tests.Storage;

/// <summary>
/// The database said as plainly as possible: dictionaries under one lock. It is what real ones are compared with, and keeps
/// their contract itself.
/// </summary>
internal sealed partial class MemoryStorage : IStorage
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Destination, long> _epochs = [];
    private readonly Dictionary<SessionId, Known> _sessions = [];

    public int Shards => 8;

    public Task CreateSessionAsync(NewSession session) => Do(() =>
        _sessions.TryAdd(session.Id, new Known(session)) ? 0 : throw new StorageException("There is one already."));

    public Task<SessionRecord?> FindSessionAsync(SessionId id) => Do(() => _sessions.GetValueOrDefault(id)?.ToRecord());

    public Task<IReadOnlyList<SessionRecord>> ListSessionsAsync() => Do<IReadOnlyList<SessionRecord>>(() =>
        [.. _sessions.Values.OrderByDescending(known => known.CreatedAt).ThenByDescending(known => known.Session.Id).Select(known => known.ToRecord())]);

    public async Task<IReadOnlyList<SessionRecord>> ListOpenSessionsAsync() =>
        [.. (await ListSessionsAsync()).Where(known => known.State == SessionState.Open)];

    public Task LabelSessionAsync(SessionId id, string clientId) => Do(() =>
    {
        if (_sessions.TryGetValue(id, out var known)) known.Session = known.Session with { ClientId = clientId };
        return 0;
    });

    public Task<EndOutcome> SetEndAsync(SessionId id, Table table, TableEnd tableEnd) => Do(() =>
    {
        if (Open(id) is not { } known) return EndOutcome.NotOpen;
        if (known.Ends.TryGetValue(table, out var found)) return found == tableEnd ? EndOutcome.Equal : EndOutcome.Conflict;
        known.Ends.Add(table, tableEnd);
        known.Progress++;
        return EndOutcome.Set;
    });

    public Task RaiseMarksAsync(SessionId id, IReadOnlyDictionary<Table, long> marks) => Do(() =>
    {
        if (Open(id) is not { } known) return 0;
        var higher = marks.Where(mark => !known.Marks.TryGetValue(mark.Key, out var found) || mark.Value > found).ToList();
        foreach (var (table, number) in higher) known.Marks[table] = number;
        return known.Progress += higher.Count > 0 ? 1 : 0;
    });

    public Task<bool> EndSessionAsync(SessionId id, SessionState state, string reason)
    {
        if (state is SessionState.Open or SessionState.Complete) throw new ArgumentOutOfRangeException(nameof(state));
        return Do(() =>
        {
            if (Open(id) is not { } known) return false;
            known.End(state, reason);
            known.Results.Clear();
            known.Closed.Clear();
            return true;
        });
    }

    public Task<int> PurgeAsync(TimeSpan kept) => Do(() =>
    {
        var old = _sessions.Values.Where(known => known.EndedAt is { } endedAt && endedAt <= DateTimeOffset.UtcNow - kept).ToList();
        foreach (var known in old) _sessions.Remove(known.Session.Id);
        return old.Count;
    });

    public Task<IReadOnlyList<ResultChunk>> ReadResultAsync(SessionId id, byte query, long after, int bytesMax) => Do<IReadOnlyList<ResultChunk>>(() =>
    {
        var chunks = new List<ResultChunk>();
        foreach (var (number, chunk) in _sessions.GetValueOrDefault(id)?.Answer(query).Where(one => one.Key > after) ?? [])
        {
            if (chunks.Count > 0 && chunks.Sum(read => (long)read.Bytes.Length) + chunk.Bytes.Length > bytesMax) break;
            chunks.Add(new ResultChunk(number, chunk.Bytes));
        }

        return chunks;
    });

    public Task<SessionFootprint> MeasureAsync(SessionId id) => Do(() => _sessions.GetValueOrDefault(id)?.Measure() ?? new SessionFootprint(0, 0, 0, 0));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private Known? Open(SessionId id) => _sessions.GetValueOrDefault(id) is { State: SessionState.Open } known ? known : null;

    private Task<T> Do<T>(Func<T> what)
    {
        try
        {
            lock (_lock) return Task.FromResult(what());
        }
        catch (Exception e)
        {
            return Task.FromException<T>(e);
        }
    }

    private sealed class Known(NewSession session)
    {
        public NewSession Session { get; set; } = session;

        public SessionState State { get; private set; }

        public string? Reason { get; private set; }

        public DateTimeOffset CreatedAt { get; } = DateTimeOffset.UtcNow;

        public DateTimeOffset? EndedAt { get; private set; }

        public long Progress { get; set; }

        public Dictionary<Table, TableEnd> Ends { get; } = [];

        public Dictionary<Table, long> Marks { get; } = [];

        public Dictionary<byte, ClosedQuery> Closed { get; } = [];

        public Dictionary<Destination, List<JournalRecord>> Records { get; } = [];

        public Dictionary<Destination, (long Sequence, ReadOnlyMemory<byte> Bytes)> Snapshots { get; } = [];

        public Dictionary<AttemptKey, Attempts> Attempts { get; } = [];

        public SortedDictionary<(byte Query, long Number), RowChunk> Results { get; } = [];

        public IEnumerable<KeyValuePair<long, RowChunk>> Answer(int query) =>
            Results.Where(result => result.Key.Query == query).Select(result => KeyValuePair.Create(result.Key.Number, result.Value));

        public List<JournalRecord> RecordsAt(Destination destination) =>
            Records.TryGetValue(destination, out var found) ? found : Records[destination] = [];

        public long LastSequence(Destination destination) => RecordsAt(destination) is [.., var last] ? last.Sequence : Snapshots.GetValueOrDefault(destination).Sequence;

        public void End(SessionState state, string? reason)
        {
            (State, Reason, EndedAt) = (state, reason, DateTimeOffset.UtcNow);
            Progress++;
            Records.Clear();
            Snapshots.Clear();
            Attempts.Clear();
        }

        public SessionRecord ToRecord() => new(
            Session, State, Reason, CreatedAt, EndedAt, Progress, new Dictionary<Table, TableEnd>(Ends), new Dictionary<Table, long>(Marks), new Dictionary<byte, ClosedQuery>(Closed));

        public SessionFootprint Measure() => new(
            Records.Values.Sum(records => records.Count) + Snapshots.Count,
            Records.Values.Sum(records => records.Sum(record => (long)record.Bytes.Length)) + Snapshots.Values.Sum(snapshot => (long)snapshot.Bytes.Length),
            Attempts.Count,
            Results.Values.Sum(chunk => (long)chunk.Bytes.Length));
    }
}
