using System.Collections.Immutable;

namespace CoffeeShop.Protocol;

/// <summary>
/// How far the server is, for a client's progress bar:
/// <code>│ count u8 │ { table u8 │ number i64 } × count │ applied i64 │ queries closed u8 │ queries u8 │</code>
/// </summary>
/// <param name="Marks">The acknowledged batches, per table.</param>
/// <param name="Applied">Messages applied by the workers; grows while something happens.</param>
/// <param name="QueriesClosed">Queries that have answered.</param>
/// <param name="Queries">Queries in all.</param>
public sealed record ServerProgress(ImmutableArray<TableMark> Marks, long Applied, byte QueriesClosed, byte Queries) : IMessage
{
    internal static int BodyBytesMax => TableMark.ListBytesMax + sizeof(long) + (2 * sizeof(byte));

    /// <inheritdoc/>
    public byte Opcode => Protocol.Opcode.Progress;

    /// <inheritdoc/>
    public void Write(ref BodyWriter body)
    {
        TableMark.WriteList(ref body, Marks);
        body.I64(Applied);
        body.U8(QueriesClosed);
        body.U8(Queries);
    }

    internal static IMessage Read(ref BodyReader body)
    {
        var (marks, applied) = (TableMark.ReadList(ref body), body.I64("the messages applied", min: 0));
        var (closed, queries) = (body.U8("the queries closed"), body.U8("the queries"));
        if (closed > queries) throw body.Unexpected("the queries closed", closed, $"at most {queries}");
        return new ServerProgress(marks, applied, closed, queries);
    }
}
