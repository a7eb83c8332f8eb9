using System.Buffers;

namespace CoffeeShop.Protocol;

/// <summary>A part of the result file: <code>│ offset i64 │ bytes │</code></summary>
/// <param name="Offset">Where in the file it begins.</param>
/// <param name="Bytes">The bytes of the file.</param>
public sealed record ResultPart(long Offset, ReadOnlySequence<byte> Bytes) : IMessage
{
    /// <summary>No part is longer.</summary>
    public const int BytesMax = Frame.BodyBytesMax - sizeof(long);

    /// <inheritdoc/>
    public byte Opcode => Protocol.Opcode.Result;

    /// <inheritdoc/>
    public void Write(ref BodyWriter body)
    {
        body.I64(Offset);
        body.Write(Bytes);
    }

    internal static IMessage Read(ref BodyReader body) => new ResultPart(body.I64("the offset", min: 0), body.Rest());
}
