using CoffeeShop.Client;
using CoffeeShop.Csv;
using CoffeeShop.Observability;
using CoffeeShop.Output;
using CoffeeShop.Tests.Cli;
using CoffeeShop.Tests.Observability;
using Microsoft.Extensions.Logging;

namespace CoffeeShop.Tests.Client;

/// <summary>A client in this process, with a data folder and a place for what it receives.</summary>
internal sealed class Sending : IDisposable
{
    private readonly Shop _shop = new();
    private readonly LockedWriter _log = new();

    public Shop Shop => _shop;

    public string ResultPath => Path.Combine(_shop.Out, "client-agencia-7.ndjson");

    public string SessionPath => Path.Combine(_shop.Out, "client-agencia-7.session");

    /// <summary>What has been logged.</summary>
    public string Log => _log.Text;

    public TimeProvider Clock { get; set; } = TimeProvider.System;

    public ClientOptions Options { get; set; } = new(new ServerAddress("127.0.0.1", 1), "agencia-7", "")
    {
        // One row in a batch, so that there are many.
        BatchRows = 1,
        Retry = new RetryOptions { Attempts = 5, Interval = TimeSpan.FromMilliseconds(1) },
    };

    public Task<ClientReport> SendAsync(ScriptedServer server, CancellationToken? stop = null) => SendAsync(server.Address, stop);

    /// <summary>Sends as a new process would, and gives the result its name.</summary>
    public async Task<ClientReport> SendAsync(ServerAddress server, CancellationToken? stop = null)
    {
        using var result = new OutputFile(ResultPath, isResumed: Options.Resumed is not null);
        var session = Session(server, result);
        var report = await session.RunAsync(stop ?? TestContext.Current.CancellationToken);
        if (!report.IsRefused) result.Commit();
        else result.IsKept = false;
        return report;
    }

    public Task<ClientReport> SendVersion1Async(ScriptedServer server) =>
        new Version1Session(With(server.Address), Dataset.Open(new DatasetOptions(_shop.Data)), Logger(), Clock, new Random(1)).RunAsync(TestContext.Current.CancellationToken);

    public ClientSession Session(ServerAddress server, OutputFile result) =>
        new(With(server), Dataset.Open(new DatasetOptions(_shop.Data)), result, Logger(), Clock, new Random(1));

    /// <summary>Goes on with the session of the session file from now on.</summary>
    public void Resume() => Options = Options with { Resumed = SessionFile.Read(SessionPath) };

    public void Dispose()
    {
        _shop.Dispose();
        _log.Dispose();
    }

    private ClientOptions With(ServerAddress server) => Options with { Server = server, SessionPath = SessionPath };

    private ILogger Logger()
    {
        // Not disposed: it holds nothing but the writer.
        var logs = LineLoggerProvider.NewFactory(_log, LogLevel.Debug, TimeProvider.System);
        return logs.CreateLogger("Client");
    }
}
