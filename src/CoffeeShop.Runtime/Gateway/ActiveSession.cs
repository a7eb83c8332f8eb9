using CoffeeShop.Delivery;

namespace CoffeeShop.Gateway;

/// <summary>A session whose client is connected to this gateway.</summary>
internal sealed class ActiveSession(SessionId id, string clientId, ClientConnection connection)
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _batches;
    private long _rows;
    private long _bytes;

    public SessionId Id => id;

    public string ClientId => clientId;

    public ClientConnection Connection => connection;

    /// <summary>The resume marks; null for version 1, which cannot be resumed, and before they are known.</summary>
    public SessionMarks? Marks { get; set; }

    /// <summary>Whether no connection of it has been here since the gateway started: what it sends may have been here with a process that is gone.</summary>
    public bool IsFirstHere { get; set; }

    /// <summary>Completes when its connection has let go of it.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Batches taken in on this connection.</summary>
    public long Batches => Interlocked.Read(ref _batches);

    /// <summary>Their rows.</summary>
    public long Rows => Interlocked.Read(ref _rows);

    /// <summary>Their bytes on the wire.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Counts a batch.</summary>
    public void Count(int rows, long bytes)
    {
        Interlocked.Increment(ref _batches);
        Interlocked.Add(ref _rows, rows);
        Interlocked.Add(ref _bytes, bytes);
    }

    /// <summary>Says that the connection has let go of it.</summary>
    public void End() => _ended.TrySetResult();
}
