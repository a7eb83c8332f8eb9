using CoffeeShop.Bus;
using CoffeeShop.Tests.Bus;

namespace CoffeeShop.IntegrationTests.Cluster;

/// <summary>
/// Publishers and a consumer that go on whatever happens to the broker, as workers do, until everything that was published has
/// arrived.
/// </summary>
internal sealed class BrokerTraffic : IAsyncDisposable
{
    private const int BytesMax = 3000, WindowMessages = 40;

    private readonly IBus _bus;
    private readonly QueueName _queue;
    private readonly CancellationTokenSource _enough = new();
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly HashSet<int> _missing = [];
    private readonly Task _publishing;
    private readonly Task _consuming;
    private TaskCompletionSource _flows = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _published;
    private int _awaited;
    private int _arrived;

    public BrokerTraffic(IBus bus, QueueName queue)
    {
        (_bus, _queue) = (bus, queue);
        _publishing = Task.Run(PublishAsync);
        _consuming = Task.Run(ConsumeAsync);
    }

    public int Published => Volatile.Read(ref _published);

    /// <summary>Completes when so many more messages have arrived: after a fault, that traffic flows again.</summary>
    public Task FlowsAsync(int messages = 200)
    {
        lock (_missing)
        {
            _flows = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _awaited = _arrived + messages;
            return _flows.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Publishes no more, and waits until all has arrived.</summary>
    public async Task FinishAsync()
    {
        await _enough.CancelAsync();
        await _publishing.WaitAsync(TimeSpan.FromSeconds(60));
        Task all;
        lock (_missing)
        {
            _flows = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _awaited = int.MaxValue;
            if (_missing.Count == 0) _flows.SetResult();
            all = _flows.Task;
        }

        await Task.WhenAny(all, Task.Delay(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        lock (_missing) Assert.Empty(_missing);
        await _stop.CancelAsync();
        await _consuming;
    }

    public async ValueTask DisposeAsync()
    {
        await _enough.CancelAsync();
        await _stop.CancelAsync();
        await Task.WhenAll(_publishing, _consuming).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _enough.Dispose();
        _stop.Dispose();
    }

    private async Task PublishAsync()
    {
        using var window = new SemaphoreSlim(WindowMessages);
        for (var number = 1; !_enough.IsCancellationRequested; number++)
        {
            await window.WaitAsync(_stop.Token);
            lock (_missing) _missing.Add(number);
            _ = PublishAsync(number, window);
        }

        for (var i = 0; i < WindowMessages; i++) await window.WaitAsync(_stop.Token);
    }

    private async Task PublishAsync(int number, SemaphoreSlim window)
    {
        await _bus.PublishAsync(_queue, BusSample.Message(number, bytes: number % BytesMax));
        Interlocked.Increment(ref _published);
        window.Release();
    }

    private async Task ConsumeAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await using var subscription = await _bus.SubscribeAsync(_queue, prefetch: 50, _stop.Token);
                await foreach (var delivery in subscription.Deliveries.ReadAllAsync(_stop.Token))
                {
                    Arrive(delivery.Number());
                    delivery.Acknowledge();
                }
            }
            catch (BusException)
            {
                // The broker went between the channel and the consumer: again.
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private void Arrive(int number)
    {
        lock (_missing)
        {
            _arrived++;
            _missing.Remove(number);
            if (_arrived >= _awaited || (_awaited == int.MaxValue && _missing.Count == 0)) _flows.TrySetResult();
        }
    }
}
