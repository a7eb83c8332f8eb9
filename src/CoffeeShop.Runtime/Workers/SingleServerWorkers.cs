using System.Diagnostics.CodeAnalysis;
using CoffeeShop.Bus;
using CoffeeShop.Delivery;
using CoffeeShop.Storage;
using Microsoft.Extensions.Logging;

namespace CoffeeShop.Workers;

/// <summary>All workers of a system in one process: filters, the owners of all shards, and the joins of all queries.</summary>
public sealed class SingleServerWorkers : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopFilters = new();
    private readonly CancellationTokenSource _stopOwners = new();
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _filters;
    private readonly Task _owners;

    private SingleServerWorkers(IBus bus, IStorage storage, WorkerOptions options, TimeProvider clock, ILogger log)
    {
        var pins = new SessionPins(storage);
        _owners = Task.WhenAll(Topology.All(storage.Shards).Select(destination =>
        {
            var owner = new OwnerWorker(destination, bus, storage, pins, options, clock, log);
            return RunAsync(owner.Name, owner.RunAsync, log, _stopOwners.Token);
        }));
        _filters = Task.WhenAll(Enumerable.Range(1, options.Filters).Select(number =>
        {
            var filter = new FilterWorker($"filter.{number}", bus, storage, pins, options, clock, log);
            return RunAsync(filter.Name, filter.RunAsync, log, _stopFilters.Token);
        }));
    }

    /// <summary>Completes when the workers have been stopped, and fails as soon as one of them cannot go on: then the process must end.</summary>
    public Task Completion => _completion.Task;

    /// <summary>Starts them. Owners begin with what the journal holds: what is complete is answered without waiting for a message.</summary>
    /// <param name="bus">The bus.</param>
    /// <param name="storage">The database.</param>
    /// <param name="options">How they work.</param>
    /// <param name="clock">Measures pauses.</param>
    /// <param name="log">Gets the log.</param>
    public static SingleServerWorkers Start(IBus bus, IStorage storage, WorkerOptions options, TimeProvider clock, ILogger log) =>
        new(bus, storage, options, clock, log);

    /// <summary>Stops them: what is in hand is finished, and the rest goes back to the queues.</summary>
    public async ValueTask DisposeAsync()
    {
        // Filters first: their messages are taken in by the owners.
        await _stopFilters.CancelAsync();
        await _filters;
        await _stopOwners.CancelAsync();
        await _owners;
        _completion.TrySetResult();
        _stopFilters.Dispose();
        _stopOwners.Dispose();
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "It is logged and told to whoever runs the process.")]
    private async Task RunAsync(string name, Func<CancellationToken, Task> run, ILogger log, CancellationToken stop)
    {
        // On a thread of the pool: starting a server does not wait for a worker.
        await Task.Yield();
        try
        {
            log.Started(name);
            await run(stop);
            log.Stopped(name);
        }
        catch (Exception e)
        {
            log.Broken(name, e.Message);
            _completion.TrySetException(e);
        }
    }
}
