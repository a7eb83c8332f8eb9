using CoffeeShop.Protocol;
using CoffeeShop.Tests.Oracle;

namespace CoffeeShop.Tests.Protocol;

/// <summary>Frames arrive in any pieces, and may end anywhere.</summary>
public sealed class DeliveryOfFramesTests
{
    private readonly DeepReader _reader = new();

    public static TheoryData<string> Names => [.. MessageRegistry.All.Select(type => type.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_frame_is_read_when_its_last_byte_has_arrived_and_not_before(string name)
    {
        var type = MessageRegistry.All.Single(type => type.Name == name);
        Seeds.Check(0, 5, (random, _) =>
        {
            var bytes = Shown.Frame(RandomMessages.Of(random, type.Opcode));
            foreach (var size in (int[])[1, 7, bytes.Length])
            {
                for (var arrived = 0; arrived < bytes.Length; arrived++)
                    Assert.Equal(0, _reader.Read(Segments.Of(bytes.AsMemory(0, arrived), size), RandomMessages.SenderOf(type)));
                Assert.Equal(1, _reader.Read(Segments.Of(bytes, size), RandomMessages.SenderOf(type), showsRows: true));
                var rows = _reader.Rows.ToArray();
                Assert.Equal(1, _reader.Read(new(bytes), RandomMessages.SenderOf(type), showsRows: true));
                Assert.Equal(_reader.Rows, rows);

                var buffer = Segments.Of(bytes, size);
                Assert.True(FrameReader.TryRead(ref buffer, RandomMessages.SenderOf(type), out var frame));
                Assert.Equal(bytes, Shown.Frame(frame.Read()));
            }
        });
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_body_that_ends_too_early_or_too_late_is_an_error_that_says_so(string name)
    {
        var type = MessageRegistry.All.Single(type => type.Name == name);
        // The rest of these is bytes of which the protocol knows nothing.
        var opaqueFrom = type.Opcode switch { Opcode.Result => sizeof(long), Opcode.Partials or Opcode.Rows or Opcode.Emission => 0, _ => int.MaxValue };
        Seeds.Check(0, 5, (random, _) =>
        {
            var body = Shown.Frame(RandomMessages.Of(random, type.Opcode)).AsSpan(Frame.HeaderBytes).ToArray();
            for (var length = 0; length < Math.Min(body.Length, opaqueFrom); length++) AssertRefused(type, body[..length]);
            if (opaqueFrom == int.MaxValue) AssertRefused(type, [.. body, 0]);
        });
    }

    private void AssertRefused(MessageType type, byte[] body)
    {
        byte[] bytes = [type.Opcode, .. BitConverter.GetBytes(body.Length), .. body];
        var error = Assert.Throws<ProtocolException>(() => _reader.Read(new(bytes), RandomMessages.SenderOf(type)));
        Assert.Contains("found", error.Message, StringComparison.Ordinal);
        Assert.Contains("expected", error.Message, StringComparison.Ordinal);
    }
}
