namespace CoffeeShop.Protocol;

/// <summary>
/// What came breaks the protocol; one recovers by closing the connection. The message says what was found and what was
/// expected, and holds nothing of the content of rows.
/// </summary>
/// <param name="message">What was found, where, what was expected.</param>
/// <param name="code">What a client of version 2 is told.</param>
public sealed class ProtocolException(string message, ErrorCode code = ErrorCode.Structural) : Exception(message)
{
    /// <summary>What a client of version 2 is told.</summary>
    public ErrorCode Code { get; } = code;
}
