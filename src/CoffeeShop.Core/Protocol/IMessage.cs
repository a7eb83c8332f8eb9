using System.Buffers;

namespace CoffeeShop.Protocol;

/// <summary>A message of the protocol. <c>docs/protocol.md</c> is the specification of all.</summary>
public interface IMessage
{
    /// <summary>The opcode of its frame.</summary>
    byte Opcode { get; }

    /// <summary>Writes the body. It is called twice, first only to measure, and must do the same both times.</summary>
    /// <param name="body">Gets the body.</param>
    void Write(ref BodyWriter body);
}

/// <summary>Reads the body of one kind of message. The reader checks afterwards that nothing is left.</summary>
/// <param name="body">The body.</param>
/// <exception cref="ProtocolException">It is no such message.</exception>
public delegate IMessage MessageReader(ref BodyReader body);

/// <summary>One kind of message.</summary>
/// <param name="Opcode">Its opcode.</param>
/// <param name="Name">Its name in the specification and in messages.</param>
/// <param name="Senders">Who may send it.</param>
/// <param name="BodyBytesMax">Between client and server, no body of it is longer.</param>
/// <param name="Reader">Reads the body.</param>
public sealed record MessageType(byte Opcode, string Name, Sender Senders, int BodyBytesMax, MessageReader Reader)
{
    /// <summary>Reads a whole body.</summary>
    /// <param name="body">The body.</param>
    /// <exception cref="ProtocolException">It is no such message.</exception>
    public IMessage Read(ReadOnlySequence<byte> body)
    {
        var reader = new BodyReader(Name, body);
        var message = Reader(ref reader);
        reader.End();
        return message;
    }

    /// <summary>How messages name it: <c>HELLO (32)</c>.</summary>
    public override string ToString() => $"{Name} ({Opcode})";
}
