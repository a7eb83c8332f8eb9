namespace CoffeeShop.Client;

/// <summary>A session cannot be completed. The message says why and what to do; the exit code is 1.</summary>
/// <param name="message">The message.</param>
public sealed class ClientException(string message) : Exception(message)
{
    /// <summary>Whether the session has ended for good: what it could be resumed by is of no more use.</summary>
    public bool HasEnded { get; init; }

    /// <summary>Whether the session is complete: its result is on the server.</summary>
    public bool IsComplete { get; init; }

    /// <summary>Whether resuming the session as before leads to the same error again.</summary>
    public bool IsLasting { get; init; }
}

/// <summary>The connection is of no more use, and another one may be. One recovers by connecting again.</summary>
/// <param name="message">Why.</param>
internal sealed class ConnectionLostException(string message) : Exception(message);
