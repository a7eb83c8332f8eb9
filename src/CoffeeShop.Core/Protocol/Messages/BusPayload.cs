using System.Buffers;

namespace CoffeeShop.Protocol;

/// <summary>What workers send each other: bytes whose form the queries know.</summary>
/// <param name="Opcode">Which of <see cref="Opcode.Partials"/>, <see cref="Opcode.Rows"/> and <see cref="Opcode.Emission"/>.</param>
/// <param name="Bytes">The bytes.</param>
public sealed record BusPayload(byte Opcode, ReadOnlySequence<byte> Bytes) : IMessage
{
    /// <inheritdoc/>
    public void Write(ref BodyWriter body) => body.Write(Bytes);

    internal static MessageReader ReaderOf(byte opcode) => (ref BodyReader body) => new BusPayload(opcode, body.Rest());
}
