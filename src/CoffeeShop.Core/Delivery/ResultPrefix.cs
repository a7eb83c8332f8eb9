using CoffeeShop.Queries;

namespace CoffeeShop.Delivery;

/// <summary>
/// How the result file comes out of the chunks of the queries: the queries in the order of the registry, the chunks of each by
/// their numbers. Chunks that are there are delivered as far as none before them is missing. The file is bytes at offsets:
/// a client that has a part of it asks for the rest.
/// </summary>
/// <param name="offset">The first byte that is wanted.</param>
public sealed class ResultPrefix(long offset)
{
    private int _query;
    private long _end;

    /// <summary>The id of the query whose chunks come next, or null when the file is whole.</summary>
    public byte? Query => _query < QueryRegistry.All.Length ? QueryRegistry.All[_query].Id : null;

    /// <summary>The last chunk of that query that has been taken.</summary>
    public long After { get; private set; }

    /// <summary>The length of the file as far as it has been taken; once it is whole, its length.</summary>
    public long Length => _end;

    /// <summary>Whether every chunk of every query has been taken.</summary>
    public bool IsWhole => Query is null;

    /// <summary>Takes chunks of <see cref="Query"/>, as far as none is missing.</summary>
    /// <param name="chunks">Chunks after <see cref="After"/>, by ascending number; there may be gaps.</param>
    /// <returns>The wanted parts, each with its offset in the file, without gaps.</returns>
    public IReadOnlyList<ResultPiece> Take(IReadOnlyList<ResultChunk> chunks)
    {
        var parts = new List<ResultPiece>();
        foreach (var chunk in chunks)
        {
            if (chunk.Number != After + 1) break;
            After++;
            var start = _end;
            _end += chunk.Bytes.Length;
            var skipped = Math.Max(0, offset - start);
            if (skipped < chunk.Bytes.Length) parts.Add(new ResultPiece(start + skipped, chunk.Bytes[(int)skipped..]));
        }

        return parts;
    }

    /// <summary>Goes on to the next query when the last chunk of this one has been taken.</summary>
    /// <param name="closed">The queries that have answered.</param>
    /// <returns>Whether there is another query to be read, or the file has become whole.</returns>
    public bool Advance(IReadOnlyDictionary<byte, ClosedQuery> closed)
    {
        if (Query is not { } query || !closed.TryGetValue(query, out var answer) || answer.Chunks != After) return false;
        (_query, After) = (_query + 1, 0);
        return true;
    }
}

/// <summary>A part of the result file.</summary>
/// <param name="Offset">Where in the file it is.</param>
/// <param name="Bytes">Its bytes.</param>
public sealed record ResultPiece(long Offset, ReadOnlyMemory<byte> Bytes);
