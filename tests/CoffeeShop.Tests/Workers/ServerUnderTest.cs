using System.Text;
using CoffeeShop.Bus;
using CoffeeShop.Bus.InMemory;
using CoffeeShop.Delivery;
using CoffeeShop.Storage;
using CoffeeShop.Storage.Sqlite;
using CoffeeShop.Tests.Delivery.World;
using CoffeeShop.Tests.Gateway;
using CoffeeShop.Workers;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoffeeShop.Tests.Workers;

/// <summary>Database, bus and workers of a single server, without a gateway: tests publish what one would.</summary>
internal sealed class ServerUnderTest : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly WorkerOptions _options;

    private readonly Func<IStorage, IStorage>? _wrapStorage;

    public ServerUnderTest(int shards, WorkerOptions? options = null, Func<IStorage, IStorage>? wrapStorage = null)
    {
        _wrapStorage = wrapStorage;
        _options = (options ?? new WorkerOptions()) with { PauseMin = TimeSpan.FromMilliseconds(1), LookInterval = TimeSpan.FromMilliseconds(20) };
        Start(shards);
    }

    public SqliteStorage Storage { get; private set; } = null!;

    public InMemoryBus Bus { get; private set; } = null!;

    /// <summary>What the workers publish to the bus.</summary>
    public WatchedBus Watched { get; private set; } = null!;

    public WorkerGroup Workers { get; private set; } = null!;

    /// <summary>Registers a session.</summary>
    public Task OpenAsync(WorldSession session) =>
        Storage.CreateSessionAsync(new NewSession(session.Id, 2, "agencia-1", null, new byte[32], new byte[16], session.Pin));

    /// <summary>Publishes batches and ends as a gateway does, and waits until all are safe.</summary>
    public Task SendAsync(WorldSession session, IEnumerable<Message> batches) => Task.WhenAll(batches.Select(batch => Bus.PublishAsync(batch, session.Pin.Shards)));

    public async Task<SessionRecord> EndOfAsync(WorldSession session)
    {
        SessionRecord? record = null;
        await Eventually.Holds(
            async () =>
            {
                record = await Storage.FindSessionAsync(session.Id);
                if (record is { State: not SessionState.Open }) return true;
                Assert.False(Workers.Completion.IsFaulted, $"{Workers.Completion.Exception?.InnerException}");
                return false;
            },
            () => $"Session {session.Id} has not ended: found {record}, and {Bus.Pending} messages on the bus.",
            TimeSpan.FromSeconds(20));
        return record!;
    }

    /// <summary>The result file, as a gateway puts it together.</summary>
    public async Task<string> ResultAsync(WorldSession session)
    {
        var (prefix, text) = (new ResultPrefix(0), new StringBuilder());
        var closed = (await Storage.FindSessionAsync(session.Id))!.Closed;
        while (prefix.Query is { } query)
        {
            foreach (var piece in prefix.Take(await Storage.ReadResultAsync(session.Id, query, prefix.After, bytesMax: 100))) text.Append(Encoding.UTF8.GetString(piece.Bytes.Span));
            prefix.Advance(closed);
        }

        return text.ToString();
    }

    /// <summary>Ends everything as if the process had died, but for the database; then starts anew.</summary>
    public async Task RestartAsync()
    {
        await Bus.DisposeAsync();
        await Workers.DisposeAsync();
        await Storage.DisposeAsync();
        Start(null);
    }

    public async ValueTask DisposeAsync()
    {
        await Workers.DisposeAsync();
        await Bus.DisposeAsync();
        await Storage.DisposeAsync();
        _folder.Dispose();
    }

    private void Start(int? shards)
    {
        Storage = SqliteStorage.Open(_folder.Path, shards, TimeProvider.System);
        Bus = new InMemoryBus();
        Watched = new WatchedBus(Bus);
        Workers = WorkerGroup.StartAll(Watched, _wrapStorage?.Invoke(Storage) ?? Storage, _options, TimeProvider.System, NullLogger.Instance);
    }
}
