using System.Buffers;
using CoffeeShop.Protocol;

namespace CoffeeShop.Tests.Protocol;

public sealed class BoundsTests
{
    /// <summary>What an error costs, with its message and its trace.</summary>
    private const long ErrorBytesMax = 16 * 1024;

    public static TheoryData<string> Names => [.. MessageRegistry.All.Select(type => type.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_length_beyond_the_limit_is_refused_with_the_header_and_nothing_is_allocated(string name)
    {
        var type = MessageRegistry.All.Single(type => type.Name == name);
        foreach (var sender in (Sender[])[Sender.Client, Sender.Server, Sender.Bus])
        {
            if (!type.Senders.HasFlag(sender)) continue;
            var lengthMax = sender == Sender.Bus ? Frame.BusBodyBytesMax : type.BodyBytesMax;
            foreach (var length in (int[])[lengthMax + 1, int.MaxValue, -1, int.MinValue])
                AssertRefusedCheaply([type.Opcode, .. BitConverter.GetBytes(length)], sender);
            var longest = new ReadOnlySequence<byte>([type.Opcode, .. BitConverter.GetBytes(lengthMax)]);
            Assert.Equal(lengthMax == 0, FrameReader.TryRead(ref longest, sender, out _));
        }
    }

    [Fact]
    public void An_unknown_opcode_is_refused_with_its_first_byte()
    {
        for (var opcode = 0; opcode <= byte.MaxValue; opcode++)
            if (MessageRegistry.All.All(type => type.Opcode != opcode)) AssertRefusedCheaply([(byte)opcode], Sender.Client);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_message_from_the_wrong_side_is_refused_with_its_first_byte(string name)
    {
        var type = MessageRegistry.All.Single(type => type.Name == name);
        foreach (var sender in (Sender[])[Sender.Client, Sender.Server, Sender.Bus])
            if (!type.Senders.HasFlag(sender)) AssertRefusedCheaply([type.Opcode], sender);
    }

    public static TheoryData<string, byte[]> Claims
    {
        get
        {
            byte[] huge = [0xFF, 0xFF, 0xFF, 0x7F];
            return new()
            {
                { "a client id of 2 GiB", [Opcode.Hello, 9, 0, 0, 0, Hello.Version, .. huge, 0, 0, 0, 0] },
                { "a table name of 2 GiB", [Opcode.EndOfTable, 21, 0, 0, 0, 1, 0, 0, 0, .. new byte[8], 1, 1, 0, 0, 0, .. huge] },
                { "2 billion rows of texts", [8, 17, 0, 0, 0, .. huge, .. new byte[8], 0, 1, 0, 0, 0] },
                { "2 billion pairs", [8, 57, 0, 0, 0, 1, 0, 0, 0, .. new byte[8], 0, .. huge, .. new byte[40]] },
                { "2 billion columnar rows", [Opcode.Columns, 22, 0, 0, 0, 8, 1, .. new byte[16], .. huge] },
                { "255 tables", [Opcode.Progress, 1, 0, 0, 0, 255] },
            };
        }
    }

    [Theory]
    [MemberData(nameof(Claims))]
    public void A_claim_that_the_bytes_cannot_hold_costs_nothing(string claim, byte[] bytes)
    {
        Assert.NotEmpty(claim);
        AssertRefusedCheaply(bytes, Sender.Client | Sender.Server);
    }

    [Fact]
    public void A_message_that_a_receiver_would_refuse_is_not_written()
    {
        var output = new ArrayBufferWriter<byte>();
        Assert.Throws<ArgumentException>(() => FrameWriter.Write(output, new ResultPart(0, new(new byte[ResultPart.BytesMax + 1]))));
        Assert.Equal(0, output.WrittenCount);
        FrameWriter.Write(output, new ResultPart(0, new(new byte[ResultPart.BytesMax])));
        Assert.Equal(Frame.HeaderBytes + Frame.BodyBytesMax, output.WrittenCount);
    }

    private static void AssertRefusedCheaply(byte[] bytes, Sender sender)
    {
        var reader = new DeepReader();
        long Attempt()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Throws<ProtocolException>(() => reader.Read(new(bytes), sender));
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Attempt();
        Assert.InRange(Attempt(), 0, ErrorBytesMax);
    }
}
