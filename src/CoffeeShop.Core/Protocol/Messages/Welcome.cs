using System.Collections.Immutable;

namespace CoffeeShop.Protocol;

/// <summary>
/// Answers a HELLO: <code>│ session 16 bytes │ secret 32 │ count u8 │ { table u8 │ number i64 } × count │</code>
/// </summary>
/// <param name="Session">The session, and what resumes it.</param>
/// <param name="Marks">Where to go on, per table. The client obeys even below what it saw acknowledged. A table that is not named begins at 1.</param>
public sealed record Welcome(SessionKey Session, ImmutableArray<TableMark> Marks) : IMessage
{
    internal static int BodyBytesMax => SessionKey.Bytes + TableMark.ListBytesMax;

    /// <inheritdoc/>
    public byte Opcode => Protocol.Opcode.Welcome;

    /// <inheritdoc/>
    public void Write(ref BodyWriter body)
    {
        SessionKey.Write(ref body, Session);
        TableMark.WriteList(ref body, Marks);
    }

    /// <summary>Without the secret.</summary>
    public override string ToString() => $"WELCOME to {Session.Id}";

    internal static IMessage Read(ref BodyReader body) => new Welcome(SessionKey.Read(ref body), TableMark.ReadList(ref body));
}
