using System.Collections.Immutable;
using CoffeeShop.Delivery;
using CoffeeShop.Queries;
using CoffeeShop.Storage;

namespace CoffeeShop.Tests.Storage;

// Not the claims that tests make.
using Claim = CoffeeShop.Storage.Claim;

/// <summary>Things to store.</summary>
internal static class Sample
{
    public static readonly ImmutableArray<Query> Queries = QueryRegistry.All;
    public static readonly Query RowQuery = Queries.First(query => query is RowQuery);
    public static readonly Query OtherQuery = Queries.First(query => query is AggregateQuery);
    public static readonly Destination RowJoin = Destination.Join(RowQuery);
    public static readonly Destination Shard = Destination.Shard(0);

    private static int s_count;

    /// <summary>A session that begins after all those before it.</summary>
    public static NewSession Session(string client = "agencia-1") => new(
        new SessionId(Guid.CreateVersion7(DateTimeOffset.UnixEpoch.AddSeconds(Interlocked.Increment(ref s_count)))), 2, client, "north", Bytes(32), Bytes(16), new SessionPin(QueryOptions.Default with { Top = 5 }, 8));

    /// <summary>Registers a session that is open.</summary>
    public static async Task<SessionId> OpenSessionAsync(this IStorage storage)
    {
        var session = Session();
        await storage.CreateSessionAsync(session);
        return session.Id;
    }

    /// <summary>Bytes that tell their length and where they come from.</summary>
    public static ReadOnlyMemory<byte> Bytes(int count, int seed = 7)
    {
        var bytes = new byte[count];
        for (var i = 0; i < count; i++) bytes[i] = (byte)((i * 31) + seed);
        return bytes;
    }

    public static JournalRecord Record(SessionId session, long sequence, int bytes = 10) => new(session, sequence, Bytes(bytes, (int)sequence));

    public static RowChunk Rows(SessionId session, long number, int bytes = 10) =>
        new(session, RowQuery.Id, number, unchecked((ulong)number * 0x9E3779B97F4A7C15), bytes / 2, Bytes(bytes, (int)number));

    public static Task<IReadOnlySet<SessionId>> AppendAsync(this IStorage storage, Claim claim, params JournalRecord[] records) => storage.AppendAsync(claim, records, []);

    public static Task<IReadOnlySet<SessionId>> AppendAsync(this IStorage storage, Claim claim, params RowChunk[] rows) => storage.AppendAsync(claim, [], rows);

    /// <summary>Closes a query with chunks of these sizes; of a row query, whose chunks are there, it only tells them.</summary>
    public static async Task<bool> CloseAsync(this IStorage storage, SessionId session, Query query, params int[] sizes)
    {
        var claim = await storage.TakeOverAsync(Destination.Join(query));
        return await storage.CloseAsync(claim, session, query, sizes);
    }

    public static Task<bool> CloseAsync(this IStorage storage, Claim claim, SessionId session, Query query, params int[] sizes)
    {
        List<ResultChunk> chunks = query is RowQuery ? [] : [.. sizes.Select((size, i) => new ResultChunk(i + 1, Bytes(size, i + 1)))];
        return storage.CloseQueryAsync(claim, session, new ClosedQuery(query.Id, sizes.Length, sizes.Sum(), sizes.Length * 2), chunks);
    }

    /// <summary>Closes every query but these with an empty answer.</summary>
    public static async Task CloseAllButAsync(this IStorage storage, SessionId session, params Query[] left)
    {
        foreach (var query in Queries.Where(query => !left.Contains(query))) Assert.True(await storage.CloseAsync(session, query));
    }

    public static async Task<SessionRecord> GetAsync(this IStorage storage, SessionId session) =>
        await storage.FindSessionAsync(session) ?? throw new InvalidOperationException($"Session {session} is unknown.");

    /// <summary>What the journal holds of one session, after taking the destination over; null when it is nothing.</summary>
    public static async Task<JournaledSession?> RecoverAsync(this IStorage storage, Destination destination, SessionId session) =>
        (await storage.ReadJournalAsync(await storage.TakeOverAsync(destination))).SingleOrDefault(journaled => journaled.Session == session);

    /// <summary>The texts of records, to compare them.</summary>
    public static string Text(this IEnumerable<JournalRecord> records) =>
        string.Join(' ', records.Select(record => $"{record.Sequence}:{Convert.ToHexString(record.Bytes.Span)}"));

    public static string Text(this IEnumerable<ResultChunk> chunks) =>
        string.Join(' ', chunks.Select(chunk => $"{chunk.Number}:{Convert.ToHexString(chunk.Bytes.Span)}"));
}
