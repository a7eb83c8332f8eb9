using CoffeeShop.Delivery;
using CoffeeShop.Protocol;
using CoffeeShop.Storage;

namespace CoffeeShop.Gateway;

/// <summary>How a connection ends.</summary>
/// <param name="Code">What a client of version 2 is told; <see cref="ErrorCode.None"/> when there is nothing to tell.</param>
/// <param name="Text">The words; they carry nothing of other sessions.</param>
internal sealed record Ending(ErrorCode Code, string Text)
{
    /// <summary>Everything has been said.</summary>
    public static Ending Done { get; } = new(ErrorCode.None, "done");

    /// <summary>The client closed the connection, or it broke.</summary>
    public static Ending Left { get; } = new(ErrorCode.None, "the client left");

    /// <summary>The client closed the connection within a message.</summary>
    public static Ending LeftWithinMessage { get; } = new(ErrorCode.None, "the client left within a message");

    /// <summary>Bus or storage are in trouble, or we made a mistake.</summary>
    public static Ending InTrouble { get; } = new(ErrorCode.Unavailable, "The server is in trouble that will pass; connect again and resume.");

    /// <summary>What is told of a session that takes nothing more.</summary>
    /// <param name="record">The session, or null when it is forgotten.</param>
    public static ProtocolException Of(SessionRecord? record) => record?.State switch
    {
        SessionState.Failed => new($"The session failed. {record.Reason}", ErrorCode.SessionFailed),
        SessionState.Cancelled => new("The session was cancelled.", ErrorCode.SessionCancelled),
        SessionState.Expired => new("Nothing happened in the session for too long.", ErrorCode.SessionExpired),
        SessionState.Complete => new("The session is complete and takes nothing more.", ErrorCode.SessionComplete),
        _ => new("There is no such session for you.", ErrorCode.UnknownSession),
    };
}
