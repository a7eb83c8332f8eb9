using System.Buffers;
using CoffeeShop.Protocol;

namespace CoffeeShop.Tests.Protocol;

public sealed class MessageTests
{
    public static TheoryData<string> Names => [.. MessageRegistry.All.Select(type => type.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Any_message_comes_back_as_it_was(string name)
    {
        var type = MessageRegistry.All.Single(type => type.Name == name);
        Claim.Holds(50, FsCheck.Fluent.Gen.Choose(0, int.MaxValue - 1), seed =>
        {
            var bytes = Shown.Frame(RandomMessages.Of(new Random(seed), type.Opcode));
            var rest = new ReadOnlySequence<byte>(bytes);
            Assert.True(FrameReader.TryRead(ref rest, RandomMessages.SenderOf(type), out var frame));
            Assert.True(rest.IsEmpty);
            Assert.Equal(type.Opcode, frame.Opcode);
            Assert.Equal(bytes, Shown.Frame(frame.Read()));
        });
    }
}
