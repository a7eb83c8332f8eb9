namespace CoffeeShop.Protocol;

/// <summary>Everything has been sent: <code>│ agency i32 │</code></summary>
/// <param name="AgencyId">The number of the agency: a label, never an identity.</param>
public sealed record Finished(int AgencyId) : IMessage
{
    internal const int BodyBytes = sizeof(int);

    /// <inheritdoc/>
    public byte Opcode => Protocol.Opcode.Finished;

    /// <inheritdoc/>
    public void Write(ref BodyWriter body) => body.I32(AgencyId);

    internal static IMessage Read(ref BodyReader body) => new Finished(body.I32("the agency"));
}
