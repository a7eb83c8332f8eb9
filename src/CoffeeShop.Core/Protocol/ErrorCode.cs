namespace CoffeeShop.Protocol;

/// <summary>Why a connection is closed, as a client is told. A code that one does not know is an error like any other.</summary>
public enum ErrorCode : ushort
{
    /// <summary>Never sent.</summary>
    None = 0,

    /// <summary>HELLO asks for a version that the server does not speak.</summary>
    WrongVersion = 1,

    /// <summary>The token is missing or wrong.</summary>
    Unauthorized = 2,

    /// <summary>There is no such session for whoever asks: an unknown or foreign session and a wrong secret look the same.</summary>
    UnknownSession = 3,

    /// <summary>The files, the batching or the options are not those that the session began with.</summary>
    ChangedInput = 4,

    /// <summary>The server has as many connections or sessions as it takes; try again later.</summary>
    LimitReached = 5,

    /// <summary>The session failed, for the reason in the text.</summary>
    SessionFailed = 6,

    /// <summary>The session was cancelled.</summary>
    SessionCancelled = 7,

    /// <summary>Nothing happened in the session for too long.</summary>
    SessionExpired = 8,

    /// <summary>The server is shutting down; connect again and resume.</summary>
    ShuttingDown = 9,

    /// <summary>The frames broke the protocol.</summary>
    Structural = 10,

    /// <summary>A handshake, a frame or the next message took too long; connect again and resume.</summary>
    TimedOut = 11,

    /// <summary>The server is in trouble that will pass; connect again and resume.</summary>
    Unavailable = 12,

    /// <summary>The session is complete: it takes nothing more, and cannot be cancelled. Resume it for its result.</summary>
    SessionComplete = 13,
}
