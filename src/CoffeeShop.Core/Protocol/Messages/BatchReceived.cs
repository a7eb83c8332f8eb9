namespace CoffeeShop.Protocol;

/// <summary>The answer to a batch, an EOF or a FINISHED. Its body is empty, so answers are given in the order of what they answer.</summary>
public sealed record BatchReceived : IMessage
{
    private BatchReceived(byte opcode) => Opcode = opcode;

    /// <summary>The batch can no longer be lost.</summary>
    public static BatchReceived Success { get; } = new(Protocol.Opcode.BatchSuccess);

    /// <summary>The batch was not taken in.</summary>
    public static BatchReceived Failure { get; } = new(Protocol.Opcode.BatchFail);

    /// <inheritdoc/>
    public byte Opcode { get; }

    /// <inheritdoc/>
    public void Write(ref BodyWriter body)
    {
    }

    internal static IMessage ReadSuccess(ref BodyReader body) => Success;

    internal static IMessage ReadFailure(ref BodyReader body) => Failure;
}
