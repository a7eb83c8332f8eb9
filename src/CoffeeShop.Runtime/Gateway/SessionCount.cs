namespace CoffeeShop.Gateway;

/// <summary>
/// How many sessions are open: those that the caretaker last found in the registry, and those that began since it began to
/// look. It may count one twice for a moment, but leaves none out.
/// </summary>
internal sealed class SessionCount
{
    private readonly Lock _lock = new();
    private long _begun;
    private long _begunBeforeLook;
    private int _found;

    /// <summary>The sessions that have begun here.</summary>
    public long Begun
    {
        get
        {
            lock (_lock) return _begun;
        }
    }

    /// <summary>Counts one more.</summary>
    /// <param name="max">How many there may be.</param>
    /// <returns>False when there are as many already.</returns>
    public bool TryBegin(int max)
    {
        lock (_lock)
        {
            if (_found + _begun - _begunBeforeLook >= max) return false;
            _begun++;
            return true;
        }
    }

    /// <summary>Takes over what was found in the registry.</summary>
    /// <param name="begunBefore">What <see cref="Begun"/> was before the look.</param>
    /// <param name="found">The open sessions that were found.</param>
    public void Found(long begunBefore, int found)
    {
        lock (_lock) (_begunBeforeLook, _found) = (begunBefore, found);
    }
}
