using System.Buffers;
using System.Text;
using CoffeeShop.Delivery;
using CoffeeShop.Protocol;
using CoffeeShop.Queries;
using CoffeeShop.Tables;
using CoffeeShop.Tests.Oracle;
using CoffeeShop.Tests.Queries;

namespace CoffeeShop.Tests.Delivery.World;

/// <summary>A client's session: its batches, what it has heard of them, and the answer that they must give.</summary>
internal sealed class WorldSession
{
    private WorldSession(SessionId id, SessionPin pin, IReadOnlyList<WorldBatch> batches) => (Id, Pin, Batches) = (id, pin, batches);

    public SessionId Id { get; }

    public SessionPin Pin { get; }

    public SessionState State { get; set; } = SessionState.Open;

    public string? Reason { get; set; }

    /// <summary>Batches and ends, in the order of the client.</summary>
    public IReadOnlyList<WorldBatch> Batches { get; }

    public Dictionary<byte, ClosedQuery> Closed { get; } = [];

    public SortedDictionary<(byte Query, long Number), ResultChunk> Chunks { get; } = [];

    /// <summary>The result file that an undisturbed run gives; null for a session that must fail.</summary>
    public string? Expected { get; private init; }

    public static WorldSession Random(Random random, int number, int shards, bool isGuilty)
    {
        var id = new SessionId(new Guid(number, 0, 0, [0, 0, 0, 0, 0, 0, 0, 1]));
        var pin = new SessionPin(QueryOptions.Default, shards);
        var batches = new List<WorldBatch>();
        var rows = new List<Batch>();
        foreach (var table in TableRegistry.All)
        {
            var (last, sum) = (random.Pick(0, 1, 2, 3, 5), 0UL);
            for (var n = 1; n <= last; n++)
            {
                var batch = Queries.Batches.Random(random, table, random.Next(5));
                var message = BatchMessage(id, batch, n);
                sum += message.Hash;
                rows.Add(batch);
                batches.Add(new WorldBatch(message));
            }

            batches.Add(new WorldBatch(new Message(id, Input.Of(table), MessageKind.End, last, sum, default)));
        }

        // What a guilty client sends under a number is not what it sums up.
        if (isGuilty)
        {
            var victim = random.Pick(batches.Where(batch => batch.Message.Kind == MessageKind.End).ToArray());
            batches[batches.IndexOf(victim)] = new WorldBatch(victim.Message with { Hash = victim.Message.Hash + 1 });
        }

        return new WorldSession(id, pin, batches) { Expected = isGuilty ? null : Answer(rows) };
    }

    public static Message BatchMessage(SessionId session, Batch batch, long number)
    {
        var bytes = new ArrayBufferWriter<byte>();
        ColumnarCodec.Write(batch, bytes);
        return new Message(session, Input.Of(batch.Table), MessageKind.Batch, number, ContentHash.Of(bytes.WrittenSpan), bytes.WrittenMemory);
    }

    /// <summary>What the queries say of all batches, in one process without any delivery.</summary>
    private static string Answer(List<Batch> batches) => string.Concat(QueryRegistry.All.Select(query => query switch
    {
        RowQuery rows => States.Filtered(rows, batches),
        AggregateQuery aggregate => States.Rows(States.Of(aggregate, batches), States.DimensionsOf(batches)),
        _ => throw new NotSupportedException(query.Name),
    }));

    /// <summary>The result file as far as it can be delivered, and whether it is whole.</summary>
    public (string Text, bool IsWhole) Delivered()
    {
        var (prefix, text) = (new ResultPrefix(0), new StringBuilder());
        do
        {
            if (prefix.Query is not { } query) break;
            var after = prefix.After;
            var parts = prefix.Take([.. Chunks.Where(chunk => chunk.Key.Query == query && chunk.Key.Number > after).Select(chunk => chunk.Value)]);
            foreach (var part in parts)
            {
                Assert.Equal(Encoding.UTF8.GetByteCount(text.ToString()), part.Offset);
                text.Append(Encoding.UTF8.GetString(part.Bytes.Span));
            }
        }
        while (prefix.Advance(Closed));
        return (text.ToString(), prefix.IsWhole);
    }
}

/// <summary>A batch or an end, and how far it has got.</summary>
internal sealed class WorldBatch(Message message)
{
    public Message Message => message;

    /// <summary>Whether the client has heard SUCCESS.</summary>
    public bool IsAcknowledged { get; set; }

    /// <summary>Copies that are on their way.</summary>
    public int UnderWay { get; set; }
}
