using CoffeeShop.Delivery;
using CoffeeShop.Queries;
using CoffeeShop.Storage;

namespace CoffeeShop.Tests.Storage;

// Not the claims that tests make.
using Claim = CoffeeShop.Storage.Claim;

/// <content>The journal.</content>
internal sealed partial class MemoryStorage
{
    public Task<Claim> TakeOverAsync(Destination destination) => Do(() => new Claim(destination, _epochs[destination] = _epochs.GetValueOrDefault(destination) + 1));

    public Task<IReadOnlyList<JournaledSession>> ReadJournalAsync(Claim claim) => Do<IReadOnlyList<JournaledSession>>(() =>
    {
        CheckClaim(claim);
        return [.. _sessions.Values.Where(known => known.State == SessionState.Open).OrderBy(known => known.Session.Id)
            .Select(known => Journaled(claim.Destination, known)).Where(journaled => journaled.IsClosed || journaled.SnapshotSequence > 0 || journaled.Records.Count + journaled.Rows.Count > 0)];
    });

    public Task<IReadOnlySet<SessionId>> AppendAsync(Claim claim, IReadOnlyList<JournalRecord> records, IReadOnlyList<RowChunk> rows)
    {
        if (rows.Any(chunk => claim.Destination != new Destination(DestinationKind.Join, chunk.Query))) throw new ArgumentException("Rows of another query.", nameof(rows));
        return Do<IReadOnlySet<SessionId>>(() =>
        {
            CheckClaim(claim);
            var (open, left) = (new HashSet<Known>(), new HashSet<SessionId>());
            foreach (var session in records.Select(record => record.Session).Concat(rows.Select(chunk => chunk.Session)))
            {
                if (Open(session) is { } known) open.Add(known);
                else left.Add(session);
            }

            // Everything is looked at before anything is changed.
            foreach (var known in open)
            {
                var last = known.LastSequence(claim.Destination);
                if (records.Any(record => record.Session == known.Session.Id && record.Sequence != ++last)) throw new StorageException("It does not follow.");
                if (rows.Any(chunk => chunk.Session == known.Session.Id && (known.Closed.ContainsKey(chunk.Query) || known.Results.ContainsKey((chunk.Query, chunk.Number)))))
                    throw new StorageException("It is there already.");
            }

            foreach (var known in open) known.Progress++;
            foreach (var record in records) Open(record.Session)?.RecordsAt(claim.Destination).Add(record);
            foreach (var chunk in rows) Open(chunk.Session)?.Results.Add((chunk.Query, chunk.Number), chunk);
            return left;
        });
    }

    public Task SnapshotAsync(Claim claim, SessionId session, long sequence, ReadOnlyMemory<byte> snapshot) => Do(() =>
    {
        CheckClaim(claim);
        if (Open(session) is not { } known) return 0;
        if (sequence < Math.Max(1, known.Snapshots.GetValueOrDefault(claim.Destination).Sequence) || sequence > known.LastSequence(claim.Destination)) throw new StorageException("There is no such record.");
        known.Snapshots[claim.Destination] = (sequence, snapshot);
        return known.RecordsAt(claim.Destination).RemoveAll(record => record.Sequence <= sequence);
    });

    public Task<bool> CloseQueryAsync(Claim claim, SessionId session, ClosedQuery answer, IReadOnlyList<ResultChunk> chunks)
    {
        if (claim.Destination != new Destination(DestinationKind.Join, answer.Query)) throw new ArgumentException("Another query.", nameof(answer));
        return Do(() =>
        {
            CheckClaim(claim);
            if (Open(session) is not { } known || known.Closed.ContainsKey(answer.Query)) return false;
            var all = known.Answer(answer.Query).Select(chunk => (Number: chunk.Key, chunk.Value.Bytes)).Concat(chunks.Select(chunk => (chunk.Number, chunk.Bytes))).ToList();
            if (all.Select(chunk => chunk.Number).Order().SequenceEqual(Enumerable.Range(1, (int)answer.Chunks).Select(number => (long)number)) is false
                || all.Sum(chunk => (long)chunk.Bytes.Length) != answer.Bytes) throw new StorageException("Chunks are missing.");
            foreach (var chunk in chunks) known.Results.Add((answer.Query, chunk.Number), new RowChunk(session, answer.Query, chunk.Number, 0, 0, chunk.Bytes));
            known.Closed.Add(answer.Query, answer);
            known.Progress++;
            if (known.Closed.Count == QueryRegistry.All.Length) known.End(SessionState.Complete, reason: null);
            return true;
        });
    }

    public Task<IReadOnlySet<SessionId>> FindOpenAsync(IReadOnlyCollection<SessionId> sessions) =>
        Do<IReadOnlySet<SessionId>>(() => sessions.Where(session => Open(session) is not null).ToHashSet());

    public Task<Attempts?> BeginAttemptAsync(AttemptKey message) => Do(() =>
        Count(message, before => before with { Begun = before.Begun + 1 })?.Before);

    public Task<Attempts?> FailAttemptAsync(AttemptKey message) => Do(() =>
        Count(message, before => before with { Failed = before.Failed + 1 })?.After);

    public Task ClearAttemptsAsync(AttemptKey message) => Do(() => _sessions.GetValueOrDefault(message.Session)?.Attempts.Remove(message) ?? false);

    private (Attempts Before, Attempts After)? Count(AttemptKey message, Func<Attempts, Attempts> more)
    {
        if (Open(message.Session) is not { } known) return null;
        var before = known.Attempts.GetValueOrDefault(message);
        return (before, known.Attempts[message] = more(before));
    }

    private static JournaledSession Journaled(Destination destination, Known known)
    {
        var query = destination.Kind == DestinationKind.Join ? destination.Number : -1;
        var rows = known.Answer(query).Where(_ => QueryRegistry.All.Any(one => one.Id == query && one is RowQuery))
            .Select(chunk => new RowEntry(chunk.Key, chunk.Value.Hash, chunk.Value.Rows, chunk.Value.Bytes.Length)).ToList();
        var (sequence, bytes) = known.Snapshots.GetValueOrDefault(destination);
        return new JournaledSession(
            known.Session.Id, known.Session.Pin, known.Closed.Keys.Any(id => id == query), sequence, bytes, [.. known.RecordsAt(destination)], rows);
    }

    private void CheckClaim(Claim claim)
    {
        if (_epochs.GetValueOrDefault(claim.Destination) is var epoch && (epoch == 0 || epoch != claim.Epoch)) throw new StaleClaimException(claim);
    }
}
