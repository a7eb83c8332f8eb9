using System.Diagnostics.CodeAnalysis;
using CoffeeShop.Bus;
using CoffeeShop.Delivery;
using CoffeeShop.Storage;
using Microsoft.Extensions.Logging;

namespace CoffeeShop.Workers;

/// <summary>The workers of a process: filters, owners of shards, and joins of queries; in the single server all of them.</summary>
public sealed class WorkerGroup : IAsyncDisposable
{
    /// <summary>Longer than the patience with a database or a broker in trouble, in which a worker starts over.</summary>
    private static readonly TimeSpan SilenceMax = TimeSpan.FromSeconds(20);

    private readonly CancellationTokenSource _stopFilters = new();
    private readonly CancellationTokenSource _stopOwners = new();
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly OwnerWorker[] _all;
    private readonly Supervision[] _supervisions;
    private readonly Task _filters;
    private readonly Task _owners;

    private WorkerGroup(IEnumerable<Destination> destinations, Placement placement, IBus bus, IStorage storage, WorkerOptions options, TimeProvider clock, ILogger log)
    {
        var pins = new SessionPins(storage);
        _all = [.. destinations.Select(destination => new OwnerWorker(destination, placement, bus, storage, pins, options, clock, log))];
        _owners = Task.WhenAll(_all.Select(owner => RunAsync(owner.Name, owner.RunAsync, log, _stopOwners.Token)));
        var filters = Enumerable.Range(1, options.Filters).Select(number => new FilterWorker($"filter.{number}", bus, storage, pins, options, clock, log)).ToList();
        _filters = Task.WhenAll(filters.Select(filter => RunAsync(filter.Name, filter.RunAsync, log, _stopFilters.Token)));
        _supervisions = [.. _all.Select(owner => owner.Supervision), .. filters.Select(filter => filter.Supervision)];
    }

    /// <summary>Completes when the workers have been stopped, and fails as soon as one of them cannot go on: then the process must end.</summary>
    public Task Completion => _completion.Task;

    /// <summary>Completes when every owner has taken its destination over and recovered.</summary>
    public Task Recovered => Task.WhenAll(_all.Select(owner => owner.Recovered));

    /// <summary>Whether all of them go on: none has been silent for too long.</summary>
    public bool IsWell => _supervisions.All(one => one.Silence is not { } silence || silence < SilenceMax);

    /// <summary>How many messages they have handled.</summary>
    public long Handled => _supervisions.Sum(one => one.Handled);

    /// <summary>The owners that have not, by name.</summary>
    public IReadOnlyList<string> Recovering => [.. _all.Where(owner => !owner.Recovered.IsCompleted).Select(owner => owner.Name)];

    /// <summary>Waits for <see cref="Recovered"/> as long as it takes, and tells the log now and then what is waited for.</summary>
    /// <param name="interval">How often.</param>
    /// <param name="clock">Measures it.</param>
    /// <param name="log">Gets it.</param>
    /// <param name="stop">Ends the waiting.</param>
    /// <exception cref="OperationCanceledException">It was stopped before.</exception>
    public async Task WaitForRecoveryAsync(TimeSpan interval, TimeProvider clock, ILogger log, CancellationToken stop)
    {
        var recovered = Recovered;
        while (await Task.WhenAny(recovered, Task.Delay(interval, clock, stop)) != recovered)
        {
            stop.ThrowIfCancellationRequested();
            log.Recovering(string.Join(' ', Recovering));
        }
    }

    /// <summary>Starts all there are. Owners begin with what the journal holds: what is complete is answered without waiting for a message.</summary>
    /// <param name="bus">The bus.</param>
    /// <param name="storage">The database.</param>
    /// <param name="options">How they work.</param>
    /// <param name="clock">Measures pauses.</param>
    /// <param name="log">Gets the log.</param>
    public static WorkerGroup StartAll(IBus bus, IStorage storage, WorkerOptions options, TimeProvider clock, ILogger log) =>
        new(Topology.All(storage.Shards), new Placement(), bus, storage, options, clock, log);

    /// <summary>Starts some: filters as the options say, and owners.</summary>
    /// <param name="destinations">What the owners may own: each is with one process at a time.</param>
    /// <param name="placement">Which of them had better be here.</param>
    /// <param name="bus">The bus.</param>
    /// <param name="storage">The database.</param>
    /// <param name="options">How they work.</param>
    /// <param name="clock">Measures pauses.</param>
    /// <param name="log">Gets the log.</param>
    public static WorkerGroup Start(IEnumerable<Destination> destinations, Placement placement, IBus bus, IStorage storage, WorkerOptions options, TimeProvider clock, ILogger log) =>
        new(destinations, placement, bus, storage, options, clock, log);

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
