namespace CoffeeShop.Services;

/// <summary>A private server that is kept running.</summary>
/// <param name="name">How people call it.</param>
public abstract class SupervisedServer(string name) : ISupervised
{
    private const int Killed = 128 + (int)Signal.Kill;

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public abstract int? ProcessId { get; }

    /// <summary>Completes with the exit code of the server that was started.</summary>
    protected abstract Task<int> Exited { get; }

    /// <inheritdoc/>
    public async Task<int> RunAsync(Action<string> onLine, Action onReady, CancellationToken stopping, CancellationToken killing)
    {
        try
        {
            // One that is killed while it starts ends with this process.
            await StartAsync(onLine).WaitAsync(killing);
        }
        catch (OperationCanceledException)
        {
            return Killed;
        }

        onReady();
        using var whenKilling = killing.Register(() => _ = KillAsync());
        var exited = Exited;
        await ((Task)exited).WaitAsync(stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (stopping.IsCancellationRequested) await StopAsync();
        return await exited;
    }

    /// <summary>Starts it, for the first time or again.</summary>
    /// <param name="onLine">Gets its lines.</param>
    protected abstract Task StartAsync(Action<string> onLine);

    /// <summary>Asks it to end.</summary>
    protected abstract Task StopAsync();

    /// <summary>Makes it end at once.</summary>
    protected abstract Task KillAsync();
}

/// <summary>A private message broker that is kept running.</summary>
/// <param name="options">How it is set up.</param>
public sealed class SupervisedRabbitMq(RabbitMqServiceOptions options) : SupervisedServer("rabbitmq")
{
    private RabbitMqService? _service;

    /// <inheritdoc/>
    public override int? ProcessId => _service?.ProcessId;

    /// <summary>The server, once it was ready.</summary>
    public RabbitMqService Service => _service ?? throw new InvalidOperationException("The broker was never ready.");

    /// <inheritdoc/>
    protected override Task<int> Exited => Service.Exited;

    /// <inheritdoc/>
    protected override async Task StartAsync(Action<string> onLine)
    {
        if (_service is null) _service = await RabbitMqService.StartAsync(options, onLine);
        else await _service.StartAsync();
    }

    /// <inheritdoc/>
    protected override Task StopAsync() => Service.StopAsync();

    /// <inheritdoc/>
    protected override Task KillAsync() => Service.KillAsync();
}

/// <summary>A private database server that is kept running.</summary>
/// <param name="folder">Where everything of it is.</param>
public sealed class SupervisedPostgres(string folder) : SupervisedServer("postgresql")
{
    private PostgresService? _service;

    /// <inheritdoc/>
    public override int? ProcessId => _service?.ProcessId;

    /// <summary>The server, once it was ready.</summary>
    public PostgresService Service => _service ?? throw new InvalidOperationException("The database server was never ready.");

    /// <inheritdoc/>
    protected override Task<int> Exited => Service.Exited;

    /// <inheritdoc/>
    protected override async Task StartAsync(Action<string> onLine)
    {
        if (_service is null) _service = await PostgresService.StartAsync(folder, onLine);
        else await _service.StartAsync();
    }

    /// <inheritdoc/>
    protected override Task StopAsync() => Service.StopAsync();

    /// <inheritdoc/>
    protected override Task KillAsync() => Service.KillAsync();
}
