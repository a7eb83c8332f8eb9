using CoffeeShop.Delivery;
using CoffeeShop.Queries;
using CoffeeShop.Storage;

namespace CoffeeShop.Tests.Delivery.World;

using Claim = CoffeeShop.Storage.Claim;

/// <content>What owners write: each transaction first locks its ownership row at its epoch.</content>
internal sealed partial class WorldDatabase
{
    private readonly Dictionary<Destination, long> _epochs = [];
    private readonly Dictionary<(SessionId, Destination), WorldPlace> _places = [];

    /// <summary>Records, snapshots and chunks of sessions that have ended.</summary>
    public int Leftovers => _places.Keys.Count(key => Sessions[key.Item1].State != SessionState.Open);

    public Task<Claim> TakeOverAsync(WorldProcess process, Destination destination) => RunAsync<Claim>(process, $"the takeover of {destination}", null, TakeOver);

    public Task<IReadOnlyList<JournaledSession>> ReadJournalAsync(WorldProcess process, Claim claim) =>
        RunAsync<IReadOnlyList<JournaledSession>>(process, $"the recovery of {claim.Destination}", null, transaction => Read(transaction, claim));

    public Task<IReadOnlySet<SessionId>> AppendAsync(WorldProcess process, Claim claim, IReadOnlyList<JournalRecord> records, IReadOnlyList<RowChunk> rows)
    {
        // The bytes are the owner's.
        var copies = records.Select(record => record with { Bytes = record.Bytes.ToArray() }).ToList();
        if (_world.Mutant == Mutant.SnapshotOfUncommittedState)
            foreach (var record in copies.Where(record => record.Sequence > 1 && IsOpen(record.Session) && !IsRows(claim.Destination))) _ = SnapshotAsync(process, claim, record.Session, record.Sequence - 1, SnapshotWith(claim.Destination, record));
        return RunAsync<IReadOnlySet<SessionId>>(process, $"an append at {claim.Destination}", claim, transaction => Append(transaction, claim, copies, rows));
    }

    public Task SnapshotAsync(WorldProcess process, Claim claim, SessionId session, long sequence, ReadOnlyMemory<byte> snapshot) =>
        RunAsync<bool>(process, $"the snapshot of session {WorldState.NumberOf(session)} at {claim.Destination}", claim, transaction => Snapshot(transaction, claim, session, sequence, snapshot));

    public Task<bool> CloseQueryAsync(WorldProcess process, Claim claim, SessionId session, ClosedQuery answer, IReadOnlyList<ResultChunk> chunks) =>
        RunAsync<bool>(process, $"the closing of q{answer.Query} of session {WorldState.NumberOf(session)}", claim, transaction => Close(transaction, claim, session, answer, chunks));

    /// <summary>Whether a message is in the committed ledger of a destination.</summary>
    public bool Has(Destination destination, Message message) =>
        FindPlace(message.Session, destination) is { } place && place.Has(message.Input, message.Kind, message.Number);

    /// <summary>Whether exactly 1 … K of a table are committed at a destination, with the sum of its end.</summary>
    public bool IsComplete(SessionId session, Destination destination, Input input) =>
        FindPlace(session, destination) is { } place && place.IsComplete(input);

    private bool IsCurrent(Claim claim) => _epochs.GetValueOrDefault(claim.Destination) == claim.Epoch;

    private RowLock[] LockOf(Claim claim) => _world.Mutant is Mutant.NoEpochCheck or Mutant.UnlockedEpochCheck ? [] : [new RowLock(claim.Destination, IsAlone: false)];

    private void CheckClaim(Claim claim)
    {
        if (_world.Mutant != Mutant.NoEpochCheck && !IsCurrent(claim)) throw new StaleClaimException(claim);
    }

    private IEnumerable<RowLock[]> TakeOver(WorldTransaction<Claim> transaction)
    {
        var destination = ((OwnerProcess)transaction.Process).Destination;
        yield return [new RowLock(destination, IsAlone: true)];
        var epoch = _epochs.GetValueOrDefault(destination) + 1;
        transaction.Write(() => _epochs[destination] = epoch);
        transaction.Result = new Claim(destination, epoch);
    }

    private IEnumerable<RowLock[]> Read(WorldTransaction<IReadOnlyList<JournaledSession>> transaction, Claim claim)
    {
        yield return [];
        if (!IsCurrent(claim)) throw new StaleClaimException(claim);
        transaction.Result =
        [
            .. _places.Where(place => place.Key.Item2 == claim.Destination && IsOpen(place.Key.Item1)).OrderBy(place => place.Key.Item1).Select(place => new JournaledSession(
                place.Key.Item1, Sessions[place.Key.Item1].Session.Pin, IsClosed(place.Key.Item1, claim.Destination), place.Value.SnapshotSequence, place.Value.Snapshot,
                [.. place.Value.Records], [.. place.Value.Rows.Values.OrderBy(row => row.Number)])),
        ];
    }

    private IEnumerable<RowLock[]> Append(WorldTransaction<IReadOnlySet<SessionId>> transaction, Claim claim, List<JournalRecord> records, IReadOnlyList<RowChunk> rows)
    {
        yield return LockOf(claim);
        CheckClaim(claim);
        SessionId[] sessions = [.. records.Select(record => record.Session).Concat(rows.Select(chunk => chunk.Session)).Distinct().Order()];
        yield return [.. sessions.Select(session => new RowLock(session, IsAlone: false))];
        var notOpen = sessions.Where(session => !IsOpen(session)).ToHashSet();
        transaction.Result = notOpen;
        yield return [];
        foreach (var record in records.Where(record => !notOpen.Contains(record.Session)))
        {
            var last = FindPlace(record.Session, claim.Destination)?.Sequence ?? 0;
            if (record.Sequence != last + 1) throw Contradiction(record.Session, $"record {record.Sequence} of session {record.Session} at {claim.Destination} follows record {last}");
            transaction.Write(() => PlaceOf(record.Session, claim.Destination).Append(record));
        }

        foreach (var chunk in rows.Where(chunk => !notOpen.Contains(chunk.Session)))
        {
            if (Sessions[chunk.Session].Chunks.ContainsKey((chunk.Query, chunk.Number)) || Sessions[chunk.Session].Closed.ContainsKey(chunk.Query))
                throw Contradiction(chunk.Session, $"chunk {chunk.Number} of session {chunk.Session} comes twice or too late");
            transaction.Write(() =>
            {
                PlaceOf(chunk.Session, claim.Destination).Append(chunk);
                Sessions[chunk.Session].Chunks.Add((chunk.Query, chunk.Number), new ResultChunk(chunk.Number, chunk.Bytes));
                _world.CheckResult(Sessions[chunk.Session]);
            });
        }
    }

    private IEnumerable<RowLock[]> Snapshot(WorldTransaction<bool> transaction, Claim claim, SessionId session, long sequence, ReadOnlyMemory<byte> snapshot)
    {
        yield return LockOf(claim);
        CheckClaim(claim);
        yield return [new RowLock(session, IsAlone: false)];
        if (!IsOpen(session)) yield break;
        var place = FindPlace(session, claim.Destination);
        if (place is null || sequence > place.Sequence || sequence < Math.Max(place.SnapshotSequence, 1)) throw Contradiction(session, $"a snapshot at {claim.Destination} covers record {sequence}");
        yield return [];
        transaction.Write(() => place.Replace(sequence, snapshot));
    }

    private IEnumerable<RowLock[]> Close(WorldTransaction<bool> transaction, Claim claim, SessionId session, ClosedQuery answer, IReadOnlyList<ResultChunk> chunks)
    {
        yield return LockOf(claim);
        CheckClaim(claim);
        yield return [new RowLock(session, IsAlone: _world.Mutant != Mutant.UnlockedLastCloser)];
        var row = Sessions[session];
        if (!IsOpen(session) || row.Closed.ContainsKey(answer.Query)) yield break;
        yield return [];
        transaction.Result = true;
        transaction.Write(() => CloseNow(row, answer, chunks));
        // The last closer sees the others, if they have committed.
        if (row.Closed.Count + 1 == QueryRegistry.All.Length) transaction.Write(() => EndNow(row, SessionState.Complete, null));
    }

    private void CloseNow(WorldRow row, ClosedQuery answer, IReadOnlyList<ResultChunk> chunks)
    {
        WorldViolation.Unless(row.State == SessionState.Open, $"invariant 6: a query of session {row.Session.Id} is closed, which is {row.State}");
        row.Closed.Add(answer.Query, answer);
        foreach (var chunk in chunks) row.Chunks.Add((answer.Query, chunk.Number), chunk);
        var all = row.Chunks.Where(chunk => chunk.Key.Query == answer.Query).Select(chunk => chunk.Value).ToList();
        Assert.Equal((answer.Chunks, answer.Bytes, answer.Rows), (all.Count, all.Sum(chunk => chunk.Bytes.Length), all.Sum(chunk => chunk.Bytes.Span.Count((byte)'\n'))));
        _world.CheckResult(row);
    }

    private bool IsClosed(SessionId session, Destination destination) => destination.Kind == DestinationKind.Join && Sessions[session].Closed.ContainsKey((byte)destination.Number);

    private WorldPlace? FindPlace(SessionId session, Destination destination) => _places.GetValueOrDefault((session, KeyOf(destination)));

    private WorldPlace PlaceOf(SessionId session, Destination destination)
    {
        var key = (session, KeyOf(destination));
        if (!_places.TryGetValue(key, out var place)) _places.Add(key, place = new WorldPlace(Sessions[session].Session, destination));
        return place;
    }

    private Destination KeyOf(Destination destination) => _world.Mutant == Mutant.LedgerKeyWithoutShard && destination.Kind == DestinationKind.Shard ? Destination.Shard(0) : destination;

    /// <summary>The state that the owner will have when a record is committed.</summary>
    private ReadOnlyMemory<byte> SnapshotWith(Destination destination, JournalRecord record)
    {
        var fold = FindPlace(record.Session, destination)?.Refold(long.MaxValue) ?? SessionFold.New(destination, record.Session, Sessions[record.Session].Session.Pin);
        foreach (var message in MessageCodec.Read(record)) WorldPlace.Apply(fold, message);
        return WorldPlace.Bytes(fold);
    }

    private static bool IsRows(Destination destination) => destination.Kind == DestinationKind.Join && QueryRegistry.All.Single(query => query.Id == destination.Number) is RowQuery;

    private static StorageException Contradiction(SessionId session, string what) => new(what) { IsLasting = true, Guilty = session };
}
