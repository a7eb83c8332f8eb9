using System.Buffers;

namespace CoffeeShop.Protocol;

/// <summary>One message as it stands on the wire:
/// <code>│ opcode u8 │ length i32 │ body, length bytes │</code></summary>
/// <param name="Opcode">What it carries.</param>
/// <param name="Body">Its body: a slice of what it was read from, valid as long as that is.</param>
public readonly record struct Frame(byte Opcode, ReadOnlySequence<byte> Body)
{
    /// <summary>The size of what stands before the body.</summary>
    public const int HeaderBytes = sizeof(byte) + sizeof(int);

    /// <summary>No body between client and server is longer.</summary>
    public const int BodyBytesMax = 1024 * 1024;

    /// <summary>No body on the bus is longer.</summary>
    public const int BusBodyBytesMax = 64 * 1024 * 1024;

    /// <summary>The message in it. Its slices are slices of <see cref="Body"/>.</summary>
    /// <exception cref="ProtocolException">The body is no such message.</exception>
    public IMessage Read() => MessageRegistry.Of(Opcode).Read(Body);

    /// <summary>Reads bytes that are one whole frame and nothing else.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="sender">Who wrote them.</param>
    /// <exception cref="ProtocolException">They are no frame.</exception>
    public static Frame Of(ReadOnlyMemory<byte> bytes, Sender sender)
    {
        var rest = new ReadOnlySequence<byte>(bytes);
        if (!FrameReader.TryRead(ref rest, sender, out var frame) || !rest.IsEmpty)
            throw new ProtocolException($"Found {bytes.Length} bytes, expected one whole frame.");
        return frame;
    }
}
