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
        var size = SizeOf(message);
        Write(output, message, size);
    }

    /// <summary>A message in its frame, in memory of its own.</summary>
    /// <param name="message">The message.</param>
    /// <exception cref="ArgumentException">The body would be longer than a receiver accepts.</exception>
    public static byte[] ToArray(IMessage message)
    {
        var size = SizeOf(message);
        var frame = GC.AllocateUninitializedArray<byte>(Frame.HeaderBytes + size);
        Write(new WholeBuffer(frame), message, size);
        return frame;
    }

    private static int SizeOf(IMessage message)
    {
        var size = new BodyWriter(output: null);
        message.Write(ref size);
        var type = MessageRegistry.Of(message.Opcode);
        var bytesMax = (type.Senders & ~Sender.Bus) == Sender.None ? Frame.BusBodyBytesMax : type.BodyBytesMax;
        if (size.Bytes > bytesMax)
            throw new ArgumentException($"{type}: the body has {size.Bytes} bytes, at most {bytesMax} fit.", nameof(message));
        return (int)size.Bytes;
    }

    /// <summary>Writes what stands before a body, which follows.</summary>
    internal static BodyWriter Begin(IBufferWriter<byte> output, byte opcode, int size)
    {
        var frame = new BodyWriter(output);
        frame.U8(opcode);
        frame.I32(size);
        return frame;
    }

    private static void Write(IBufferWriter<byte> output, IMessage message, int size)
    {
        var frame = Begin(output, message.Opcode, size);
        message.Write(ref frame);
    }

    /// <summary>Memory that is as large as what is written into it.</summary>
    private sealed class WholeBuffer(byte[] bytes) : IBufferWriter<byte>
    {
        private int _written;

        public void Advance(int count) => _written += count;

        public Memory<byte> GetMemory(int sizeHint = 0) => bytes.AsMemory(_written);

        public Span<byte> GetSpan(int sizeHint = 0) => bytes.AsSpan(_written);
    }
}
