using CoffeeShop.Delivery;
using CoffeeShop.Protocol;

namespace CoffeeShop.Client;

/// <summary>What a client makes of the server's ending of a connection or a session.</summary>
internal static class ServerRefusal
{
    /// <summary>The error that a client of the server's code recovers by.</summary>
    /// <param name="error">What the server says.</param>
    public static Exception Of(ErrorMessage error) => error.Code switch
    {
        // Trouble that passes: the session goes on over another connection.
        ErrorCode.ShuttingDown or ErrorCode.TimedOut or ErrorCode.Unavailable or ErrorCode.LimitReached => new ConnectionLostException(error.Text),
        ErrorCode.WrongVersion => new ClientException($"The server speaks another version of the protocol: {error.Text} Try --protocol 1."),
        ErrorCode.Unauthorized => new ClientException($"The server refuses this client: {error.Text} Set the variable COFFEE_TOKEN to the token of your agency."),
        // What resumes it is kept: the server or the token may be the wrong one.
        ErrorCode.UnknownSession => new ClientException($"The session cannot be gone on with: {error.Text} Check --server and COFFEE_TOKEN, or begin anew, without --resume.") { IsLasting = true },
        ErrorCode.ChangedInput => new InputException($"The session cannot be gone on with: {error.Text}"),
        ErrorCode.SessionFailed or ErrorCode.SessionCancelled or ErrorCode.SessionExpired => Ended(error.Text),
        ErrorCode.SessionComplete => new ClientException("The session is complete already.") { IsComplete = true },
        ErrorCode.Structural => new ClientException($"The server takes what this client sends for an error: {error.Text}"),
        _ => new ClientException($"The server ends the connection with error {(ushort)error.Code}: {error.Text}"),
    };

    /// <summary>The error of a session that ended without being complete.</summary>
    /// <param name="state">How it ended.</param>
    public static ClientException Of(SessionState state) => Ended(state switch
    {
        SessionState.Cancelled => "The session was cancelled.",
        SessionState.Expired => "Nothing happened in the session for too long.",
        _ => "The session failed.",
    });

    private static ClientException Ended(string text) => new($"{text} Begin anew, without --resume.") { HasEnded = true, IsLasting = true };
}
