using System.Collections.Immutable;
using CoffeeShop.Delivery;

namespace CoffeeShop.Protocol;

/// <summary>The number of rows that a query answers.</summary>
/// <param name="Query">The id of the query.</param>
/// <param name="Rows">The rows.</param>
public readonly record struct QueryRows(byte Query, long Rows);

/// <summary>
/// The session has ended:
/// <code>│ state u8 │ length i64 │ SHA-256 32 bytes │ rejected i64 │ count u8 │ { query u8 │ rows i64 } × count │</code>
/// </summary>
/// <param name="State">How it ended; anything but open.</param>
/// <param name="ResultBytes">The length of the result file; 0 unless it is complete.</param>
/// <param name="ResultHash">The SHA-256 of the file's bytes; zeros unless it is complete.</param>
/// <param name="Rejected">The rows that the server rejected. In version 2 the client rejects them itself.</param>
/// <param name="Rows">The rows of each query, in the order of the result file.</param>
public sealed record SessionEnd(SessionState State, long ResultBytes, Bytes32 ResultHash, long Rejected, ImmutableArray<QueryRows> Rows) : IMessage
{
    internal const int BodyBytesMax = sizeof(byte) + sizeof(long) + Bytes32.Size + sizeof(long) + sizeof(byte) + (byte.MaxValue * (sizeof(byte) + sizeof(long)));

    /// <inheritdoc/>
    public byte Opcode => Protocol.Opcode.SessionEnd;

    /// <inheritdoc/>
    public void Write(ref BodyWriter body)
    {
        body.U8((byte)State);
        body.I64(ResultBytes);
        body.Bytes32(ResultHash);
        body.I64(Rejected);
        body.U8(checked((byte)Rows.Length));
        foreach (var (query, rows) in Rows)
        {
            body.U8(query);
            body.I64(rows);
        }
    }

    internal static IMessage Read(ref BodyReader body)
    {
        var state = body.U8("the state");
        if (state is (byte)SessionState.Open or > (byte)SessionState.Expired) throw body.Unexpected("the state", state, "1 to 4");
        var bytes = body.I64("the length of the result file", min: 0);
        var hash = body.Bytes32("the hash of the result file");
        var rejected = body.I64("the rejected rows", min: 0);
        var count = body.U8("the number of queries");
        var rows = ImmutableArray.CreateBuilder<QueryRows>(count);
        while (rows.Count < count) rows.Add(new QueryRows(body.U8("a query"), body.I64("the rows of a query", min: 0)));
        return new SessionEnd((SessionState)state, bytes, hash, rejected, rows.MoveToImmutable());
    }
}
