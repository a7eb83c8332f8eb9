using System.Buffers;

namespace CoffeeShop.Protocol;

/// <summary>Puts messages into frames.</summary>
public static class FrameWriter
{
    /// <summary>Writes a message in its frame.</summary>
    /// <param name="output">Gets the bytes.</param>
    /// <param name="message">The message.</param>
    /// <exception cref="ArgumentException">The body would be longer than a receiver accepts.</exception>
    public static void Write(IBufferWriter<byte> output, IMessage message)
    {
        var size = new BodyWriter(output: null);
        message.Write(ref size);
        var type = MessageRegistry.Of(message.Opcode);
        var bytesMax = (type.Senders & ~Sender.Bus) == Sender.None ? Frame.BusBodyBytesMax : type.BodyBytesMax;
        if (size.Bytes > bytesMax)
            throw new ArgumentException($"{type}: the body has {size.Bytes} bytes, at most {bytesMax} fit.", nameof(message));
        var frame = new BodyWriter(output);
        frame.U8(message.Opcode);
        frame.I32((int)size.Bytes);
        message.Write(ref frame);
    }
}
