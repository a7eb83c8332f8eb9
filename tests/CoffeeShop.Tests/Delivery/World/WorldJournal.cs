using CoffeeShop.Delivery;
using CoffeeShop.Queries;

namespace CoffeeShop.Tests.Delivery.World;

/// <summary>The database of the world: what it holds survives everything. It checks what is written against the rules.</summary>
internal sealed class WorldJournal(IReadOnlyDictionary<SessionId, WorldSession> sessions)
{
    private readonly Dictionary<Destination, long> _epochs = [];
    private readonly Dictionary<(SessionId, Destination), Place> _places = [];

    public long TakeOver(Destination destination) => _epochs[destination] = _epochs.GetValueOrDefault(destination) + 1;

    public bool IsCurrent(Destination destination, long epoch) => _epochs[destination] == epoch;

    public IReadOnlyList<JournaledSession> Read(Destination destination) =>
    [
        .. _places.Where(place => place.Key.Item2 == destination && sessions[place.Key.Item1].State == SessionState.Open).Select(place => new JournaledSession(
            place.Key.Item1, sessions[place.Key.Item1].Pin, IsClosed(place.Key.Item1, destination), place.Value.SnapshotSequence, place.Value.Snapshot,
            [.. place.Value.Records], [.. place.Value.Rows.Values.OrderBy(row => row.Number)])),
    ];

    /// <summary>Null when the epoch is not current.</summary>
    public IReadOnlySet<SessionId>? Append(Destination destination, long epoch, Append append)
    {
        if (!IsCurrent(destination, epoch)) return null;
        var notOpen = append.Records.Select(record => record.Session).Concat(append.Chunks.Select(chunk => chunk.Session))
            .Where(session => sessions[session].State != SessionState.Open).ToHashSet();
        foreach (var record in append.Records.Where(record => !notOpen.Contains(record.Session)))
        {
            var place = PlaceOf(record.Session, destination);
            Assert.Equal(place.Sequence + 1, record.Sequence);
            // The bytes are the owner's.
            place.Records.Add(record with { Bytes = record.Bytes.ToArray() });
            foreach (var message in MessageCodec.Read(record)) place.Commit(message.Input, message.Kind, message.Number, message.Hash);
        }

        foreach (var chunk in append.Chunks.Where(chunk => !notOpen.Contains(chunk.Session)))
        {
            var place = PlaceOf(chunk.Session, destination);
            place.Rows.Add(chunk.Number, new RowEntry(chunk.Number, chunk.Hash, chunk.Rows, chunk.Bytes.Length));
            sessions[chunk.Session].Chunks.Add((chunk.Query, chunk.Number), new ResultChunk(chunk.Number, chunk.Bytes.ToArray()));
            var input = Input.Of(Topology.JoinTables(QueryRegistry.All.Single(query => query.Id == chunk.Query)).Single());
            place.Commit(input, MessageKind.Rows, chunk.Number, chunk.Hash);
        }

        return notOpen;
    }

    public bool Snapshot(Destination destination, long epoch, Snapshot snapshot)
    {
        if (!IsCurrent(destination, epoch)) return false;
        var place = PlaceOf(snapshot.Session, destination);
        Assert.Equal(place.Sequence, snapshot.Sequence);
        (place.SnapshotSequence, place.Snapshot) = (snapshot.Sequence, snapshot.Bytes.ToArray());
        place.Records.Clear();
        return true;
    }

    /// <summary>False when the epoch is not current.</summary>
    public bool Close(Destination destination, long epoch, Closing closing)
    {
        if (!IsCurrent(destination, epoch)) return false;
        var session = sessions[closing.Session];
        if (session.State != SessionState.Open || !session.Closed.TryAdd(closing.Answer.Query, closing.Answer)) return true;
        foreach (var chunk in closing.Chunks) session.Chunks.Add((closing.Answer.Query, chunk.Number), chunk);
        var chunks = session.Chunks.Where(chunk => chunk.Key.Query == closing.Answer.Query).Select(chunk => chunk.Value).ToList();
        Assert.Equal(closing.Answer.Chunks, chunks.Count);
        Assert.Equal(closing.Answer.Bytes, chunks.Sum(chunk => chunk.Bytes.Length));
        Assert.Equal(closing.Answer.Rows, chunks.Sum(chunk => chunk.Bytes.Span.Count((byte)'\n')));
        if (session.Closed.Count == QueryRegistry.All.Length) End(session, SessionState.Complete, null);
        return true;
    }

    public void End(WorldSession session, SessionState state, string? reason)
    {
        if (session.State != SessionState.Open) return;
        (session.State, session.Reason) = (state, reason);
        foreach (var key in _places.Keys.Where(key => key.Item1 == session.Id).ToList()) _places.Remove(key);
    }

    /// <summary>Whether a message is in the committed ledger of a destination.</summary>
    public bool Has(Destination destination, Message message) =>
        _places.TryGetValue((message.Session, destination), out var place) && place.Has(message.Input, message.Kind, message.Number);

    /// <summary>Whether all of an input is committed at a destination.</summary>
    public bool IsComplete(SessionId session, Destination destination, Input input) => _places[(session, destination)].IsComplete(input);

    /// <summary>What is left of sessions that have ended.</summary>
    public int Leftovers => _places.Keys.Count(key => sessions[key.Item1].State != SessionState.Open);

    private bool IsClosed(SessionId session, Destination destination) => destination.Kind == DestinationKind.Join && sessions[session].Closed.ContainsKey((byte)destination.Number);

    private Place PlaceOf(SessionId session, Destination destination)
    {
        if (!_places.TryGetValue((session, destination), out var place)) _places.Add((session, destination), place = new Place());
        return place;
    }

    /// <summary>The journal of a session at a destination, and a ledger of it that is as plain as can be.</summary>
    private sealed class Place
    {
        private readonly Dictionary<(Input, long), ulong> _applied = [];
        private readonly Dictionary<Input, (long Last, ulong Sum)> _ends = [];

        public List<JournalRecord> Records { get; } = [];

        public Dictionary<long, RowEntry> Rows { get; } = [];

        public long SnapshotSequence { get; set; }

        public ReadOnlyMemory<byte> Snapshot { get; set; }

        public long Sequence => SnapshotSequence + Records.Count;

        /// <summary>Invariant 3: each message at most once. Invariant 7: one end.</summary>
        public void Commit(Input input, MessageKind kind, long number, ulong hash)
        {
            if (kind == MessageKind.End) _ends.Add(input, (number, hash));
            else _applied.Add((input, number), hash);
        }

        public bool Has(Input input, MessageKind kind, long number) => kind == MessageKind.End ? _ends.ContainsKey(input) : _applied.ContainsKey((input, number));

        public bool IsComplete(Input input)
        {
            var applied = _applied.Where(entry => entry.Key.Item1 == input).ToList();
            return _ends.TryGetValue(input, out var end) && applied.Count == end.Last
                && applied.Aggregate(0UL, (sum, entry) => sum + entry.Value) == end.Sum;
        }
    }
}
