using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using CoffeeShop.Delivery;
using CoffeeShop.Protocol;
using CoffeeShop.Queries;
using CoffeeShop.Tables;
using CoffeeShop.Tests.Cli;

namespace CoffeeShop.Tests.Client;

/// <summary>What a server knows of one session, with a word to say about where its connections end and what they tell.</summary>
internal sealed class MemorySession
{
    public static readonly byte[] Result = Encoding.UTF8.GetBytes(Shop.Answer);

    public SessionKey Key { get; } = new(new SessionId(Guid.CreateVersion7()), new Bytes32(RandomNumberGenerator.GetBytes(Bytes32.Size)));

    public List<Hello> Hellos { get; } = [];

    /// <summary>The content hash of every batch.</summary>
    public Dictionary<(Table Table, long Number), ulong> Batches { get; } = [];

    /// <summary>The batches in the order in which they came, on every connection.</summary>
    public List<(int Connection, Table Table, long Number)> Arrivals { get; } = [];

    public Dictionary<Table, EndOfTable> Ends { get; } = [];

    public bool IsCancelled { get; private set; }

    /// <summary>What WELCOME tells of what there is; everything, unless a test says otherwise.</summary>
    public Func<long, long> Mark { get; set; } = last => last;

    /// <summary>After how many of the client's frames and the server's parts of the result a connection is cut; never when null.</summary>
    public Func<int, int?> CutAfter { get; set; } = _ => null;

    /// <summary>Whether batches are acknowledged.</summary>
    public bool Acknowledges { get; set; } = true;

    /// <summary>The hash that the result is said to have.</summary>
    public Bytes32 ResultHash { get; set; } = new(SHA256.HashData(Result));

    /// <summary>Handles a connection.</summary>
    public async Task ServeAsync(int connection, Peer peer)
    {
        var steps = CutAfter(connection) ?? int.MaxValue;
        // The numbers that may come on this connection, per table.
        var next = new Dictionary<Table, long>();
        while (steps-- > 0 && await peer.ReadAsync() is { } message)
        {
            switch (message)
            {
                case Hello hello:
                    Assert.Equal(Hellos.Count == 0 ? null : Key, hello.Session);
                    Hellos.Add(hello);
                    TableMark[] marks = [.. TableRegistry.All.Select(table => new TableMark(table, Mark(Last(table))))];
                    foreach (var (table, number) in marks) next[table] = number + 1;
                    await peer.WriteAsync(new Welcome(Key, [.. marks]));
                    break;
                case Columns { Status: BatchStatus.Cancel }:
                    IsCancelled = true;
                    await peer.WriteAsync(new ErrorMessage(ErrorCode.SessionCancelled, "The session was cancelled."));
                    await peer.DrainAsync();
                    return;
                case Columns columns:
                    Assert.Equal(next[columns.Table]++, columns.Number);
                    Assert.Equal(columns.Hash, ContentHash.Of(columns.Rows.ToArray()));
                    if (!Batches.TryAdd((columns.Table, columns.Number), columns.Hash)) Assert.Equal(Batches[(columns.Table, columns.Number)], columns.Hash);
                    Arrivals.Add((connection, columns.Table, columns.Number));
                    if (Acknowledges) await peer.WriteAsync(BatchReceived.Success);
                    break;
                case EndOfTable end:
                    Assert.Equal(next[end.Table] - 1, end.Number);
                    if (!Ends.TryAdd(end.Table, end)) Assert.Equal(Ends[end.Table], end);
                    await peer.WriteAsync(BatchReceived.Success);
                    break;
                case Finished:
                    Assert.Equal(TableRegistry.All.Length, Ends.Count);
                    await DeliverAsync(peer, Hellos[^1].ResultOffset, steps);
                    return;
            }
        }
    }

    /// <summary>The session is as if it had gone undisturbed: every batch is there, and the ends agree with them.</summary>
    public void IsWhole()
    {
        foreach (var table in TableRegistry.All)
        {
            var batches = Batches.Where(batch => batch.Key.Table == table).OrderBy(batch => batch.Key.Number).ToList();
            Assert.Equal(Enumerable.Range(1, batches.Count).Select(number => (long)number), batches.Select(batch => batch.Key.Number));
            Assert.Equal(new EndOfTable(table, batches.Count, batches.Aggregate(0UL, (sum, batch) => unchecked(sum + batch.Value))), Ends[table]);
        }
    }

    private long Last(Table table) => Batches.Keys.Where(batch => batch.Table == table).Select(batch => batch.Number).DefaultIfEmpty().Max();

    private async Task DeliverAsync(Peer peer, long offset, int steps)
    {
        const int PartBytes = 100;
        for (var at = (int)offset; at < Result.Length; at += PartBytes)
        {
            if (steps-- == 0) return;
            await peer.WriteAsync(new ResultPart(at, new ReadOnlySequence<byte>(Result, at, Math.Min(PartBytes, Result.Length - at))));
        }

        if (steps-- == 0) return;
        await peer.WriteAsync(new SessionEnd(SessionState.Complete, Result.Length, ResultHash, 0, [.. QueryRegistry.All.Select(query => new QueryRows(query.Id, 1))]));
        await peer.DrainAsync();
    }
}
