using CoffeeShop.Delivery;

namespace CoffeeShop.Storage;

/// <summary>
/// The database: sessions, journal and results. Every implementation passes the same contract suite. All members may be
/// called concurrently.
/// </summary>
/// <remarks>
/// Every method is one transaction and has happened wholly or not at all. A <see cref="StorageException"/> means that the
/// outcome is unknown, which counts as refused: whoever gets it drops what it holds in memory and reads again.
/// </remarks>
public interface IStorage : ISessionStore, IJournal, IAsyncDisposable;

/// <summary>The database is in trouble: unreachable, full, damaged. Nothing is known about what was asked last.</summary>
/// <param name="message">What was asked, what is wrong, what to do.</param>
/// <param name="inner">The cause.</param>
public sealed class StorageException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Whether asking again cannot help: the database is damaged, or what was asked contradicts what it holds.</summary>
    public bool IsLasting { get; init; }

    /// <summary>The session that alone is to blame, if it is known.</summary>
    public SessionId? Guilty { get; init; }
}
