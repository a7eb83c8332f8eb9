using System.Buffers;
using System.Buffers.Binary;

namespace CoffeeShop.Protocol;

/// <summary>Takes frames out of what has arrived.</summary>
public static class FrameReader
{
    /// <summary>
    /// Takes the first frame. The opcode is judged as soon as it is there and the length as soon as it is whole, before the
    /// body is waited for. Nothing is copied or allocated.
    /// </summary>
    /// <param name="buffer">What has arrived; without the frame afterwards.</param>
    /// <param name="sender">Whom it has arrived from.</param>
    /// <param name="frame">The frame.</param>
    /// <returns>False while the frame is not whole.</returns>
    /// <exception cref="ProtocolException">It can become no frame.</exception>
    public static bool TryRead(ref ReadOnlySequence<byte> buffer, Sender sender, out Frame frame)
    {
        frame = default;
        if (buffer.IsEmpty) return false;
        var type = MessageRegistry.Of(buffer.FirstSpan[0]);
        if ((type.Senders & sender) == Sender.None)
            throw new ProtocolException($"Found {type}, expected a message that the {sender.ToString().ToLowerInvariant()} may send.");
        if (buffer.Length < Frame.HeaderBytes) return false;

        Span<byte> header = stackalloc byte[Frame.HeaderBytes];
        buffer.Slice(0, Frame.HeaderBytes).CopyTo(header);
        var length = BinaryPrimitives.ReadInt32LittleEndian(header[sizeof(byte)..]);
        var lengthMax = sender == Sender.Bus ? Frame.BusBodyBytesMax : type.BodyBytesMax;
        if (length < 0 || length > lengthMax)
            throw new ProtocolException($"{type}: found a body of {length} bytes, expected 0 to {lengthMax}.");
        if (buffer.Length - Frame.HeaderBytes < length) return false;

        var body = buffer.Slice(Frame.HeaderBytes, length);
        frame = new Frame(type.Opcode, body);
        buffer = buffer.Slice(body.End);
        return true;
    }
}
