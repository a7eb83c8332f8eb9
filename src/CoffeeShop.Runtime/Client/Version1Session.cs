using CoffeeShop.Csv;
using CoffeeShop.Delivery;
using CoffeeShop.Protocol;
using Microsoft.Extensions.Logging;

namespace CoffeeShop.Client;

/// <summary>
/// A session with a server that speaks version 1 only. It lasts as long as its connection, which is tried again only until
/// it is there; the result stays on the server.
/// </summary>
/// <param name="options">What to do.</param>
/// <param name="dataset">The input.</param>
/// <param name="logger">Told of what happens.</param>
/// <param name="clock">Spaces the attempts to connect.</param>
/// <param name="random">Spreads them.</param>
public sealed class Version1Session(ClientOptions options, Dataset dataset, ILogger logger, TimeProvider clock, Random random)
{
    /// <summary>How far it is.</summary>
    public ClientProgress Progress { get; } = new(dataset, clock);

    /// <summary>Sends everything.</summary>
    /// <param name="stop">Ends the work; the session is void then.</param>
    /// <exception cref="InputException">The input cannot be used any more.</exception>
    /// <exception cref="ClientException">Not everything was taken in.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public async Task<ClientReport> RunAsync(CancellationToken stop)
    {
        var retry = new RetryPolicy(options.Retry, random);
        var connector = new Connector(options, retry, logger, clock);
        await using var connection = await connector.ConnectAsync(stop);
        var conversation = new Version1Conversation(connection, new SendWindow(options.WindowBatches, options.WindowBytes), Progress, retry, new Patience(options.ClientId, logger, clock, speaks: false), logger);
        var batching = new TextBatching(dataset, options.BatchRows, options.IsStrict, file => options.TellFile(logger, file.Name));
        SentInput? sent = null;
        try
        {
            await conversation.RunAsync(
                async (upload, stopSending) => sent = await upload.SendAsync(batching, stopSending),
                input =>
                {
                    conversation.IsCancelling = input.IsRefused;
                    return input.IsRefused ? Version1Conversation.Cancellation : new Finished(options.AgencyId);
                },
                stop);
        }
        catch (ConnectionLostException e)
        {
            throw new ClientException($"The connection to {options.Server} was lost: {e.Message}. A session of version 1 is void then: send it again.");
        }
        catch (ProtocolException e)
        {
            throw new ClientException($"The server {options.Server} does not keep to the protocol. {e.Message}");
        }

        if (!sent!.IsRefused) ClientLog.Finished(logger, options.AgencyId);
        return ClientReport.Of(sent, end: null, connector, Progress.Times);
    }
}
