using System.Security.Cryptography;
using CoffeeShop.Delivery;
using CoffeeShop.Protocol;
using CoffeeShop.Storage;

namespace CoffeeShop.Gateway;

/// <summary>Reads the result file of a session out of the storage, from the beginning, since its hash is that of the whole.</summary>
internal sealed class ResultSource(ISessionStore sessions, SessionId session, long offset, int bytesMax) : IDisposable
{
    private readonly ResultPrefix _prefix = new(offset);
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>Whether all of it has been read.</summary>
    public bool IsWhole => _prefix.IsWhole;

    /// <summary>The length as far as it has been read.</summary>
    public long Length => _prefix.Length;

    /// <summary>Reads on.</summary>
    /// <param name="closed">The queries that had answered before the call.</param>
    /// <returns>The next parts from the offset on; there may be none. Null when nothing more is there now.</returns>
    public async Task<IReadOnlyList<ResultPiece>?> ReadAsync(IReadOnlyDictionary<byte, ClosedQuery> closed)
    {
        while (_prefix.Query is { } query)
        {
            if (_prefix.Advance(closed)) continue;
            var before = _prefix.After;
            var chunks = await sessions.ReadResultAsync(session, query, before, bytesMax);
            var parts = _prefix.Take(chunks);
            if (_prefix.After == before) return null;
            foreach (var chunk in chunks.Take((int)(_prefix.After - before))) _hash.AppendData(chunk.Bytes.Span);
            return parts;
        }

        return null;
    }

    /// <summary>The SHA-256 of the file, once it is whole.</summary>
    public Bytes32 TakeHash() => new(_hash.GetHashAndReset());

    public void Dispose() => _hash.Dispose();
}
