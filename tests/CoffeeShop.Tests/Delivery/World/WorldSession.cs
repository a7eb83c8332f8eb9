using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using CoffeeShop.Delivery;
using CoffeeShop.Protocol;
using CoffeeShop.Queries;
using CoffeeShop.Tables;
using CoffeeShop.Tests.Oracle;
using CoffeeShop.Tests.Queries;

namespace CoffeeShop.Tests.Delivery.World;

/// <summary>What a session is made of: its batches, and the answer that they must give.</summary>
internal sealed class WorldSession
{
    private const int PoolSize = 24;
    private static readonly int[] FewBatches = [0, 1, 1, 2, 3];
    private static readonly ConcurrentDictionary<(int Number, int Shards, bool IsGuilty), WorldSession> Pool = new();
    private byte[]? _expectedBytes;

    private WorldSession(SessionId id, SessionPin pin, IReadOnlyList<Message> batches) => (Id, Pin, Batches) = (id, pin, batches);

    public SessionId Id { get; }

    public SessionPin Pin { get; }

    /// <summary>Batches and ends, in the order of the client.</summary>
    public IReadOnlyList<Message> Batches { get; }

    /// <summary>The result file that an undisturbed run gives; null for a session that must fail.</summary>
    public string? Expected { get; private init; }

    public byte[] ExpectedBytes => _expectedBytes ??= Encoding.UTF8.GetBytes(Expected ?? "");

    /// <summary>One of a few small sessions, which are made once.</summary>
    public static WorldSession OfPool(Random random, int place, int shards, bool isGuilty)
    {
        var number = (place * PoolSize) + random.Next(PoolSize);
        return Pool.GetOrAdd((number, shards, isGuilty), static key => Random(new Random(key.Number), key.Number, key.Shards, key.IsGuilty, FewBatches));
    }

    /// <summary>A session of the pool.</summary>
    public static WorldSession Find(SessionId session, int shards) =>
        Pool.First(entry => entry.Key.Shards == shards && entry.Value.Id == session).Value;

    public static WorldSession Random(Random random, int number, int shards, bool isGuilty) => Random(random, number, shards, isGuilty, [0, 1, 2, 3, 5]);

    /// <param name="random">The chances.</param>
    /// <param name="number">Its number, which makes its id.</param>
    /// <param name="shards">The number of shards.</param>
    /// <param name="isGuilty">Whether the end of one table lies.</param>
    /// <param name="counts">How many batches a table may have.</param>
    public static WorldSession Random(Random random, int number, int shards, bool isGuilty, int[] counts)
    {
        var id = new SessionId(new Guid(number, 0, 0, [0, 0, 0, 0, 0, 0, 0, 1]));
        var pin = new SessionPin(QueryOptions.Default, shards);
        var batches = new List<Message>();
        var rows = new List<Batch>();
        foreach (var table in TableRegistry.All)
        {
            var (last, sum) = (random.Pick(counts), 0UL);
            for (var n = 1; n <= last; n++)
            {
                var batch = Queries.Batches.Random(random, table, random.Next(5));
                var message = BatchMessage(id, batch, n);
                sum += message.Hash;
                rows.Add(batch);
                batches.Add(message);
            }

            batches.Add(new Message(id, Input.Of(table), MessageKind.End, last, sum, default));
        }

        // What a guilty client sends under a number is not what it sums up.
        if (isGuilty)
        {
            var victim = random.Pick(batches.Where(batch => batch.Kind == MessageKind.End).ToArray());
            batches[batches.IndexOf(victim)] = victim with { Hash = victim.Hash + 1 };
        }

        return new WorldSession(id, pin, batches) { Expected = isGuilty ? null : Answer(rows) };
    }

    public static Message BatchMessage(SessionId session, Batch batch, long number)
    {
        var bytes = new ArrayBufferWriter<byte>();
        ColumnarCodec.Write(batch, bytes);
        return new Message(session, Input.Of(batch.Table), MessageKind.Batch, number, ContentHash.Of(bytes.WrittenSpan), bytes.WrittenMemory);
    }

    /// <summary>The last number of a table.</summary>
    public long LastOf(Input input) => Batches.Single(batch => batch.Kind == MessageKind.End && batch.Input == input).Number;

    /// <summary>What the queries say of all batches, in one process without any delivery.</summary>
    private static string Answer(List<Batch> batches) => string.Concat(QueryRegistry.All.Select(query => query switch
    {
        RowQuery rows => States.Filtered(rows, batches),
        AggregateQuery aggregate => States.Rows(States.Of(aggregate, batches), States.DimensionsOf(batches)),
        _ => throw new NotSupportedException(query.Name),
    }));
}
