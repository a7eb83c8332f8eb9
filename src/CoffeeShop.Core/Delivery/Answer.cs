namespace CoffeeShop.Delivery;

/// <summary>The answer of a query.</summary>
/// <param name="Query">The id of the query.</param>
/// <param name="Chunks">Its chunks are numbered 1 … this.</param>
/// <param name="Bytes">The bytes of all chunks.</param>
/// <param name="Rows">The rows of the answer.</param>
public sealed record ClosedQuery(byte Query, long Chunks, long Bytes, long Rows);

/// <summary>A piece of the answer of a query: whole lines.</summary>
/// <param name="Number">Its number, from 1.</param>
/// <param name="Bytes">Its bytes; there may be none.</param>
public sealed record ResultChunk(long Number, ReadOnlyMemory<byte> Bytes);
