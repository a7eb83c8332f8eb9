using CoffeeShop.Delivery;
using CoffeeShop.Queries;
using CoffeeShop.Tables;
using CoffeeShop.Tests.Delivery.World;
using CoffeeShop.Tests.Queries;

namespace CoffeeShop.Tests.Delivery;

/// <summary>The bytes of <c>docs/delivery.md</c>.</summary>
public sealed class MessageBodiesTests
{
    private static readonly SessionId Session = new(Guid.Parse("00000001-0000-7000-8000-000000000001"));
    private static readonly SessionPin Pin = new(QueryOptions.Default, Shards: 2);

    [Fact]
    public void Partials_are_a_section_for_each_query_that_has_something_to_say()
    {
        var batch = WorldSession.BatchMessage(Session, Batches.Of(Transactions.Table, "t|4|7|80.5|2024-06-30 12:00:00"), 3);
        var routed = new BatchFilter().Filter(batch, Pin);
        Assert.Equal(["shard.0", "shard.1", "join.q1"], routed.Select(routed => $"{routed.Destination}"));
        Assert.All(routed, routed => Assert.Equal((3, batch.Hash, Session), (routed.Message.Number, routed.Message.Hash, routed.Message.Session)));
        // Of two shards, users 0 to 15 belong to the first and store 4 to the second.
        //  query 4, 23 bytes: purchases; one store in bytes of 1 from 4 on, which is 4; one user from 7 on, which is 7
        Assert.Equal("04" + "17" + "00" + "01" + "01" + "0400000000000000" + "00" + "01" + "01" + "0700000000000000" + "00", Hex(routed[0]));
        //  query 3, 11 bytes: one key of half-year 4048 (2024-H1) and store 4, with the sum of 805,000 units
        Assert.Equal("03" + "0B" + "01" + "8480808080FA03" + "90A262", Hex(routed[1]));
    }

    [Fact]
    public void A_batch_that_says_nothing_still_becomes_a_message_for_every_destination()
    {
        var routed = new BatchFilter().Filter(WorldSession.BatchMessage(Session, new Batch(Transactions.Table), 1), Pin);
        Assert.Equal(["", "", "0000"], routed.Select(Hex));
    }

    [Fact]
    public void Rows_are_their_number_and_their_lines()
    {
        var body = MessageBodies.OfRows(2, "{}\n{}\n"u8);
        Assert.Equal("02" + "06" + "7B7D0A7B7D0A", Convert.ToHexString(body));
        Assert.Equal(2, MessageBodies.ReadRows(body, out var lines));
        Assert.Equal("{}\n{}\n"u8, lines.Span);
        Assert.Throws<InvalidDataException>(() => MessageBodies.ReadRows(body.AsMemory(0, 5), out _));
        Assert.Throws<InvalidDataException>(() => MessageBodies.ReadRows(new byte[] { 0, 0, 1 }, out _));
    }

    [Fact]
    public void A_record_is_its_messages_one_after_the_other()
    {
        Message[] messages =
        [
            new(Session, Input.Of(Users.Table), MessageKind.Partials, 300, 5, new byte[] { 1, 2 }),
            new(Session, Input.EmissionsOf(2), MessageKind.Emission, 1, 6, new byte[] { 3 }),
            new(Session, Input.Of(Users.Table), MessageKind.End, 300, 5, default),
        ];
        var bytes = States.Bytes(writer => Array.ForEach(messages, message => MessageCodec.Write(writer, message)));
        Assert.Equal("08" + "01" + "AC02" + "05" + "02" + "0102" + "8201" + "03" + "01" + "06" + "01" + "03" + "08" + "04" + "AC02" + "05" + "00", Convert.ToHexString(bytes));
        var read = MessageCodec.Read(new JournalRecord(Session, 1, bytes));
        Assert.Equal(messages.Select(Text), read.Select(Text));
    }

    [Theory]
    [InlineData(MessageKind.Batch)]
    [InlineData(MessageKind.Partials)]
    [InlineData(MessageKind.Rows)]
    [InlineData(MessageKind.Emission)]
    [InlineData(MessageKind.End)]
    public void What_is_put_into_an_envelope_comes_out_of_it(MessageKind kind)
    {
        var input = kind == MessageKind.Emission ? Input.EmissionsOf(4) : Input.Of(Transactions.Table);
        var message = new Message(Session, input, kind, 12, 0xFEDCBA9876543210, kind == MessageKind.End ? default : new byte[] { 1, 2, 3 });
        foreach (var destination in (Destination?[])[null, Destination.Shard(1), Destination.Join(QueryRegistry.All[3])])
            Assert.Equal(Text(message), Text(Envelope.Open(Session, message.Hash, Envelope.Wrap(message, destination, 2))!));
    }

    [Fact]
    public void An_envelope_is_a_DATA_BATCH_with_the_header_of_the_document()
    {
        var message = new Message(Session, Input.Of(Transactions.Table), MessageKind.Partials, 12, 5, new byte[] { 1, 2, 3 });
        Assert.Equal(
            //  DATA_BATCH  length      tables   queries      flags   number 12            meta: version 2  shards 2  shard 1  PARTIALS, 3 bytes
            "00" + "1F000000" + "0107" + "03010304" + "0000" + "0C00000000000000" + "010102" + "0200" + "0100" + "40" + "03000000" + "010203",
            Convert.ToHexString(Envelope.Wrap(message, Destination.Shard(1), 2).Span));
    }

    [Fact]
    public void Messages_of_another_partition_version_are_left_and_damaged_ones_refused()
    {
        var bytes = Envelope.Wrap(new Message(Session, Input.Of(Users.Table), MessageKind.Partials, 12, 5, default), Destination.Shard(1), 2).ToArray();
        for (var length = 0; length < bytes.Length; length++) Assert.Throws<InvalidDataException>(() => Envelope.Open(Session, 5, bytes.AsMemory(0, length)));
        Assert.NotNull(Envelope.Open(Session, 5, bytes));
        // The version is the last byte before the shards, the shard and the frame of nine bytes in all.
        bytes[^10]++;
        Assert.Null(Envelope.Open(Session, 5, bytes));
    }

    private static string Hex(Routed routed) => Convert.ToHexString(routed.Message.Body.Span);

    private static string Text(Message message) => $"{message with { Body = default }} {Convert.ToHexString(message.Body.Span)}";
}
