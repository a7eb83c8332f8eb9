using System.Buffers;
using CoffeeShop.Queries;

namespace CoffeeShop.Delivery;

/// <summary>
/// The bodies that only pass between stages. Numbers are as <see cref="StateWriter"/> writes them.
/// <code>
/// Partials  │ query │ length │ partial │ …              queries with something to say, by ascending id; there may be none
/// Rows      │ rows │ length │ lines of the result file │
/// Emission  │ aggregate │                               to the end of the body
/// </code>
/// </summary>
public static class MessageBodies
{
    /// <summary>Adds what a batch says to a query to the partials for a shard.</summary>
    /// <param name="writer">Gets the bytes.</param>
    /// <param name="query">The query; ids ascend.</param>
    /// <param name="partial">What <see cref="AggregateQuery.WritePartials"/> wrote.</param>
    public static void WritePartial(StateWriter writer, AggregateQuery query, ReadOnlySpan<byte> partial)
    {
        writer.Natural(query.Id);
        writer.Text(partial);
    }

    /// <summary>Reads the next of the partials.</summary>
    /// <param name="reader">The body; not at its end.</param>
    /// <param name="previous">The id of the one before; 0 for the first.</param>
    /// <param name="query">Whose it is.</param>
    /// <returns>The bytes for <see cref="Aggregate.ReadPartial"/>.</returns>
    /// <exception cref="InvalidDataException">The body is damaged.</exception>
    public static ReadOnlySpan<byte> ReadPartial(ref StateReader reader, byte previous, out AggregateQuery query)
    {
        var id = (byte)reader.Natural(max: byte.MaxValue);
        if (id <= previous) throw new InvalidDataException($"Partials of query {id} follow those of query {previous}.");
        query = QueryRegistry.All.FirstOrDefault(known => known.Id == id) as AggregateQuery
            ?? throw new InvalidDataException($"Query {id} takes no partial aggregates.");
        return reader.Text();
    }

    /// <summary>The body of what a row query passes on.</summary>
    /// <param name="rows">How many rows.</param>
    /// <param name="lines">The rows as lines of the result file.</param>
    public static byte[] OfRows(long rows, ReadOnlySpan<byte> lines)
    {
        var bytes = new ArrayBufferWriter<byte>(lines.Length + 16);
        var writer = new StateWriter(bytes);
        writer.Natural((ulong)rows);
        writer.Text(lines);
        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>Reads what a row query passes on.</summary>
    /// <param name="body">The body.</param>
    /// <param name="lines">Where the lines are in the body.</param>
    /// <returns>How many rows.</returns>
    /// <exception cref="InvalidDataException">The body is damaged.</exception>
    public static long ReadRows(ReadOnlyMemory<byte> body, out ReadOnlyMemory<byte> lines)
    {
        var reader = new StateReader(body.Span);
        var rows = (long)reader.Natural(max: long.MaxValue);
        var length = reader.Text().Length;
        if (!reader.IsAtEnd) throw new InvalidDataException("More than the rows was there.");
        lines = body[^length..];
        return rows;
    }
}
