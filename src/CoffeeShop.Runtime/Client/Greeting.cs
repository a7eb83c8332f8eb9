using CoffeeShop.Protocol;

namespace CoffeeShop.Client;

/// <summary>The handshake of version 2.</summary>
internal static class Greeting
{
    /// <summary>Says HELLO and hears WELCOME.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="hello">What to say.</param>
    /// <param name="timeout">How long a server may think about it.</param>
    /// <param name="clock">Tells the time.</param>
    /// <param name="stop">Ends the waiting.</param>
    /// <exception cref="ConnectionLostException">There was no answer.</exception>
    /// <exception cref="ClientException">The client is refused.</exception>
    /// <exception cref="InputException">The files or options are not those of the session.</exception>
    /// <exception cref="ProtocolException">The answer is none.</exception>
    public static async Task<Welcome> SayAsync(Connection connection, Hello hello, TimeSpan timeout, TimeProvider clock, CancellationToken stop)
    {
        using var patience = new CancellationTokenSource(timeout, clock);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop, patience.Token);
        Welcome? welcome = null;
        try
        {
            await connection.WriteAsync(hello, ending.Token);
            await connection.ReadAsync(message => (welcome = Understand(message)) is null, ending.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new ConnectionLostException($"no answer to HELLO within {timeout.TotalSeconds:0} seconds");
        }

        return welcome ?? throw new ConnectionLostException(connection.IsEncrypted
            ? "the server closed the connection instead of answering HELLO"
            : "the server closed the connection instead of answering HELLO; if it serves TLS, name the authority of its certificate with --tls-ca");
    }

    private static Welcome Understand(IMessage message) => message switch
    {
        Welcome welcome => welcome,
        ErrorMessage error => throw ServerRefusal.Of(error),
        // So do servers that speak version 1 alone.
        BatchReceived => throw new ClientException("The server does not know HELLO, with which version 2 of the protocol begins. Try --protocol 1."),
        _ => throw new ProtocolException($"Found opcode {message.Opcode}, expected WELCOME."),
    };
}
