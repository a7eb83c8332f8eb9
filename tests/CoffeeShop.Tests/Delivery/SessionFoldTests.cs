using System.Buffers;
using CoffeeShop.Delivery;
using CoffeeShop.Queries;
using CoffeeShop.Tables;
using CoffeeShop.Tests.Delivery.World;
using CoffeeShop.Tests.Oracle;
using CoffeeShop.Tests.Queries;

namespace CoffeeShop.Tests.Delivery;

public sealed class SessionFoldTests
{
    private const int Shards = 2;

    [Fact]
    public void Any_order_with_duplicates_snapshots_and_recoveries_ends_in_the_same_bytes() => Seeds.Check(1, 60, (random, seed) =>
    {
        var session = WorldSession.Random(random, seed, Shards, isGuilty: false);
        foreach (var destination in Topology.All(Shards).Where(destination => destination.Kind == DestinationKind.Shard))
        {
            var messages = MessagesAt(session, destination);
            var straight = SessionFold.New(destination, session.Id, session.Pin);
            foreach (var message in messages) Apply(straight, message);

            var fold = SessionFold.New(destination, session.Id, session.Pin);
            foreach (var message in random.Shuffled(messages.Concat(random.Shuffled(messages).Take(3))))
            {
                Apply(fold, message);
                if (random.OneIn(4)) fold = Restored(fold, destination);
            }

            Assert.Equal(Bytes(straight), Bytes(fold));
            Assert.All(fold.Queries, query => Assert.True(fold.IsComplete(query)));
        }
    });

    [Fact, Trait("suite", "eof")]
    public void A_query_is_complete_with_the_last_message_of_its_tables_and_not_before() => Seeds.Check(1, 60, (random, seed) =>
    {
        var session = WorldSession.Random(random, seed, Shards, isGuilty: false);
        var fold = SessionFold.New(Destination.Shard(1), session.Id, session.Pin);
        var rest = random.Shuffled(MessagesAt(session, Destination.Shard(1))).ToList();
        while (rest.Count > 0)
        {
            foreach (var query in fold.Queries) Assert.Equal(!rest.Any(message => fold.Needs(query, message.Input)), fold.IsComplete(query));
            Apply(fold, rest[0]);
            rest.RemoveAt(0);
        }

        Assert.All(fold.Queries, query => Assert.True(fold.IsComplete(query)));
    });

    [Fact]
    public void A_damaged_body_is_refused_and_changes_nothing() => Seeds.Check(1, 100, (random, seed) =>
    {
        var session = WorldSession.Random(random, seed, Shards, isGuilty: false);
        foreach (var destination in Topology.All(Shards))
        {
            var fold = SessionFold.New(destination, session.Id, session.Pin);
            var message = MessagesAt(session, destination).FirstOrDefault(message => message.Body.Length > 2);
            if (message is null) continue;
            var before = fold.HasSnapshot ? Bytes(fold) : [];
            for (var length = 1; length < message.Body.Length; length++)
            {
                try
                {
                    // A cut between two sections leaves a body that is whole.
                    if (fold.Judge(message with { Body = message.Body[..length] }) == Verdict.New) break;
                }
                catch (InvalidDataException)
                {
                    Assert.Equal(before, fold.HasSnapshot ? Bytes(fold) : []);
                    Assert.False(fold.Contains(message));
                }
            }

            var other = message with { Kind = message.Kind == MessageKind.Rows ? MessageKind.Batch : MessageKind.Rows };
            Assert.Throws<InvalidDataException>(() => SessionFold.New(destination, session.Id, session.Pin).Judge(other));
        }
    });

    [Fact]
    public void A_message_that_cannot_be_folded_fails_its_session_alone()
    {
        var session = WorldSession.Random(new Random(1), 1, 1, isGuilty: false);
        var fold = SessionFold.New(Destination.Shard(0), session.Id, session.Pin);
        // A state with as many purchases of one user in one store as can be counted, in place of one with none of q4.
        var full = States.Bytes(fold.Write)[..^3].Concat(States.Bytes(writer =>
        {
            writer.Natural(8);
            for (var digit = 0; digit < 8; digit++)
            {
                writer.Natural(1);
                writer.Natural((ulong)Key.Of(1, 0));
                writer.Natural(0xF);
            }

            writer.Natural(0);
            writer.Natural(0);
        })).ToArray();
        var state = new StateReader(full);
        fold.Read(ref state);
        // One more: the message is well formed.
        var partials = Enumerable.Range(0, session.Pin.Shards).Select(_ => new ArrayBufferWriter<byte>()).ToArray();
        QueryRegistry.All.OfType<AggregateQuery>().Last().WritePartials(Batches.Of(Transactions.Table, "t|1|0|80.5|2024-06-30 12:00:00"), session.Pin.Options, partials);
        var body = States.Bytes(writer => MessageBodies.WritePartial(writer, (AggregateQuery)QueryRegistry.All[3], partials.Single(partial => partial.WrittenCount > 0).WrittenSpan));
        Apply(fold, new Message(session.Id, Input.Of(Transactions.Table), MessageKind.Partials, 2, 1, body));

        Assert.Equal("transactions, message 2: it could not be added to what had come before.", fold.Fault?.Reason);
        Assert.NotNull(fold.Fault?.Cause);
        Assert.Equal(Verdict.Fault, fold.Judge(new Message(session.Id, Input.Of(Transactions.Table), MessageKind.Partials, 3, 1, default)));
    }

    /// <summary>What a destination gets of a session in all.</summary>
    internal static Message[] MessagesAt(WorldSession session, Destination destination) =>
    [
        .. session.Batches.SelectMany(batch => batch.Kind == MessageKind.Batch && Topology.PassesFilter(batch.Input.Table!)
            ? new BatchFilter().Filter(batch, session.Pin)
            : [.. Topology.DestinationsOf(batch.Input.Table!, session.Pin.Shards).Select(other => new Routed(other, batch))])
            .Where(routed => routed.Destination == destination).Select(routed => routed.Message),
    ];

    private static void Apply(SessionFold fold, Message message)
    {
        if (fold.Judge(message) == Verdict.New) fold.Fold(message);
    }

    private static SessionFold Restored(SessionFold fold, Destination destination)
    {
        var restored = SessionFold.New(destination, fold.Session, fold.Pin);
        var reader = new StateReader(Bytes(fold));
        restored.Read(ref reader);
        return restored;
    }

    private static byte[] Bytes(SessionFold fold)
    {
        var bytes = new ArrayBufferWriter<byte>();
        fold.Write(new StateWriter(bytes));
        return bytes.WrittenSpan.ToArray();
    }
}
