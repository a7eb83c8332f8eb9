using System.Collections.Immutable;
using CoffeeShop.Csv;
using CoffeeShop.Delivery;
using CoffeeShop.Output;
using CoffeeShop.Protocol;
using Microsoft.Extensions.Logging;

namespace CoffeeShop.Client;

/// <summary>
/// A session of version 2 from its first connection to its result, over as many connections as it takes. What resumes it is
/// in a file before its first batch is sent.
/// </summary>
public sealed class ClientSession
{
    private static readonly TimeSpan CancelTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan GreetTimeout = TimeSpan.FromSeconds(30);

    private readonly ClientOptions _options;
    private readonly Dataset _dataset;
    private readonly ILogger _logger;
    private readonly TimeProvider _clock;
    private readonly RetryPolicy _retry;
    private readonly Connector _connector;
    private readonly Fingerprint _fingerprint;
    private readonly OutputFile _result;
    private readonly ResultDownload _download;
    private SessionKey? _key;
    private SentInput? _sent;

    /// <summary>Prepares a session.</summary>
    /// <param name="options">What to do.</param>
    /// <param name="dataset">The input.</param>
    /// <param name="result">Gets the result, behind what earlier connections brought of it. It is kept from when the session can be resumed.</param>
    /// <param name="logger">Told of what happens.</param>
    /// <param name="clock">Spaces the attempts to connect.</param>
    /// <param name="random">Spreads them.</param>
    /// <exception cref="InputException">The files are not those that the session to be resumed began with.</exception>
    public ClientSession(ClientOptions options, Dataset dataset, OutputFile result, ILogger logger, TimeProvider clock, Random random)
    {
        (_options, _dataset, _logger, _clock) = (options, dataset, logger, clock);
        _retry = new RetryPolicy(options.Retry, random);
        _connector = new Connector(options, _retry, logger, clock);
        _result = result;
        _download = new ResultDownload(result);
        Progress = new ClientProgress(dataset, clock);
        _key = options.Resumed?.Key;
        result.IsKept = _key is not null;
        _fingerprint = options.Resumed?.Fingerprint ?? Fingerprint.Of(dataset, options.BatchRows);
        RequireSameFiles();
    }

    /// <summary>How far it is.</summary>
    public ClientProgress Progress { get; }

    /// <summary>The session, once the server has begun it.</summary>
    public SessionId? Session => _key?.Id;

    /// <summary>Runs the session to its end.</summary>
    /// <param name="stop">Ends the work and leaves the session to be resumed.</param>
    /// <exception cref="InputException">The input cannot be used any more, or the server does not take it.</exception>
    /// <exception cref="ClientException">The session cannot be completed.</exception>
    /// <exception cref="OutputException">The session file or the result cannot be written.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public async Task<ClientReport> RunAsync(CancellationToken stop)
    {
        while (true)
        {
            try
            {
                await using var connection = await _connector.ConnectAsync(stop);
                return await ConverseAsync(connection, stop);
            }
            catch (ConnectionLostException e)
            {
                ClientLog.ConnectionLost(_logger, _options.ClientId, e.Message);
                await _connector.WaitAsync(e.Message, stop);
                RequireSameFiles();
            }
            catch (ProtocolException e)
            {
                throw new ClientException($"The server {_options.Server} does not keep to the protocol. {e.Message}");
            }
        }
    }

    /// <summary>Cancels the session over a connection of its own, so that nothing of it stays on the server.</summary>
    /// <exception cref="ClientException">The server cannot be told.</exception>
    public async Task CancelAsync()
    {
        using var timeout = new CancellationTokenSource(CancelTimeout, _clock);
        try
        {
            await using var connection = await Connection.OpenAsync(_options.Server, _options.Trust, timeout.Token);
            var conversation = NewConversation(connection, await GreetAsync(connection, timeout.Token));
            conversation.IsCancelling = true;
            await conversation.RunAsync((_, _) => Task.FromResult(SentInput.Nothing), _ => Version2Conversation.Cancellation, timeout.Token);
            ClientLog.SessionCancelled(_logger, _options.ClientId, $"{_key!.Id}");
        }
        catch (Exception e) when (e is ConnectionLostException or OperationCanceledException or ProtocolException)
        {
            throw new ClientException($"The session could not be cancelled: {e.Message}. The server gives it up when nothing happens in it for long.");
        }
        catch (ClientException e) when (e.IsComplete)
        {
            throw new ClientException($"The session is complete already and was not cancelled; its result is shown by: coffee results {_key!.Id}") { IsComplete = true };
        }
        catch (ClientException e) when (e.HasEnded)
        {
            // That is what was asked for.
        }
    }

    private async Task<ClientReport> ConverseAsync(Connection connection, CancellationToken stop)
    {
        var marks = await GreetAsync(connection, stop);
        var conversation = NewConversation(connection, marks);
        await conversation.RunAsync(
            async (upload, stopSending) => _sent = _sent?.IsAllBelow(marks) == true
                ? await upload.SendEndsAsync(_sent, stopSending)
                : await upload.SendAsync(NewBatching(), stopSending),
            sent =>
            {
                conversation.IsCancelling = sent.IsRefused;
                if (!sent.IsRefused) ClientLog.Finished(_logger, _options.AgencyId);
                return sent.IsRefused ? Version2Conversation.Cancellation : new Finished(_options.AgencyId);
            },
            stop);
        if (conversation.End is { } end) _download.Verify(end);
        return ClientReport.Of(_sent!, conversation.End, _connector, Progress.Times);
    }

    private Version2Conversation NewConversation(Connection connection, ImmutableArray<TableMark> marks)
    {
        var window = new SendWindow(_options.WindowBatches, _options.WindowBytes);
        window.Restart(marks.ToDictionary(mark => mark.Table, mark => mark.Number));
        return new Version2Conversation(connection, window, _download, Progress, _retry, new Patience(_options.ClientId, _logger, _clock, speaks: true), _logger);
    }

    private ColumnBatching NewBatching() => new(_dataset, _options.BatchRows, _options.IsStrict, file => _options.TellFile(_logger, file.Name));

    /// <summary>Begins or resumes the session.</summary>
    /// <returns>Where to go on, per table.</returns>
    private async Task<ImmutableArray<TableMark>> GreetAsync(Connection connection, CancellationToken stop)
    {
        var hello = new Hello(_options.ClientId, _options.Token, _key, _options.Queries, new Bytes32(_fingerprint.ToBytes()), _download.Offset);
        var welcome = await Greeting.SayAsync(connection, hello, GreetTimeout, _clock, stop);
        if (_key is null)
        {
            // Written first: a session without its file cannot be gone on with, and nothing may say that it can.
            new SessionFile(_options.Server, welcome.Session, _options.Queries, _fingerprint).Write(_options.SessionPath);
            _key = welcome.Session;
            _result.IsKept = true;
            ClientLog.SessionBegun(_logger, _options.ClientId, $"{_key.Id}");
        }
        else
        {
            if (welcome.Session != _key) throw new ProtocolException($"WELCOME: found session {welcome.Session.Id}, expected {_key.Id} with its secret.");
            ClientLog.SessionResumed(_logger, _options.ClientId, $"{_key.Id}", string.Join(' ', welcome.Marks.Select(mark => $"{mark.Table}={mark.Number}")));
        }

        return welcome.Marks;
    }

    /// <summary>The files must be those that have been sent in part.</summary>
    private void RequireSameFiles()
    {
        if (_fingerprint.ChangeTo(Fingerprint.Of(_dataset, _options.BatchRows)) is { } change)
            throw new InputException($"The session cannot be gone on with, since its input has changed: {change}. Undo the change, or begin anew, without --resume.");
    }
}
