using CoffeeShop.Delivery;
using CoffeeShop.Storage;
using CoffeeShop.Tables;

namespace CoffeeShop.Tests.Delivery.World;

using Claim = CoffeeShop.Storage.Claim;

/// <summary>The database as a process sees it: its answers reach the process as long as that lives.</summary>
internal sealed class WorldStorage(WorldProcess process, WorldDatabase database, int shards) : IStorage
{
    public int Shards => shards;

    public Task<Claim> TakeOverAsync(Destination destination) => database.TakeOverAsync(process, destination);

    public Task<IReadOnlyList<JournaledSession>> ReadJournalAsync(Claim claim) => database.ReadJournalAsync(process, claim);

    public Task<IReadOnlySet<SessionId>> AppendAsync(Claim claim, IReadOnlyList<JournalRecord> records, IReadOnlyList<RowChunk> rows) => database.AppendAsync(process, claim, records, rows);

    public Task SnapshotAsync(Claim claim, SessionId session, long sequence, ReadOnlyMemory<byte> snapshot) => database.SnapshotAsync(process, claim, session, sequence, snapshot);

    public Task<bool> CloseQueryAsync(Claim claim, SessionId session, ClosedQuery answer, IReadOnlyList<ResultChunk> chunks) => database.CloseQueryAsync(process, claim, session, answer, chunks);

    public Task<IReadOnlySet<SessionId>> FindOpenAsync(IReadOnlyCollection<SessionId> sessions) => database.FindOpenAsync(process, sessions);

    public Task<Attempts?> BeginAttemptAsync(AttemptKey message) => database.AttemptAsync(process, message, hasFailed: false);

    public Task<Attempts?> FailAttemptAsync(AttemptKey message) => database.AttemptAsync(process, message, hasFailed: true);

    public Task ClearAttemptsAsync(AttemptKey message) => database.ClearAttemptsAsync(process, message);

    public Task<SessionRecord?> FindSessionAsync(SessionId id) => database.FindSessionAsync(process, id);

    public Task<EndOutcome> SetEndAsync(SessionId id, Table table, TableEnd tableEnd) => database.SetEndAsync(process, id, table, tableEnd);

    public Task RaiseMarksAsync(SessionId id, IReadOnlyDictionary<Table, long> marks) => database.RaiseMarksAsync(process, id, marks);

    public Task<bool> EndSessionAsync(SessionId id, SessionState state, string reason) => database.EndSessionAsync(process, id, state, reason);

    public Task<IReadOnlyList<ResultChunk>> ReadResultAsync(SessionId id, byte query, long after, int bytesMax) => database.ReadResultAsync(process, id, query, after);

    public Task CreateSessionAsync(NewSession session) => throw Unused();

    public Task<IReadOnlyList<SessionRecord>> ListSessionsAsync() => throw Unused();

    public Task<IReadOnlyList<SessionRecord>> ListOpenSessionsAsync() => throw Unused();

    public Task LabelSessionAsync(SessionId id, string label) => throw Unused();

    public Task<int> PurgeAsync(TimeSpan kept) => throw Unused();

    public Task<SessionFootprint> MeasureAsync(SessionId id) => throw Unused();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static NotSupportedException Unused() => new("Nobody in the world asks for it.");
}
