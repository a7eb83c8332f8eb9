using System.Net;
using CoffeeShop.Bus;
using CoffeeShop.Cluster;
using CoffeeShop.Delivery;
using CoffeeShop.Gateway;
using CoffeeShop.Monitoring;
using CoffeeShop.Observability;
using CoffeeShop.Storage;
using CoffeeShop.Workers;
using Microsoft.Extensions.Logging;

namespace CoffeeShop.Commands;

/// <summary>One process of a cluster. Apart from the commands, so that others do not load what it is made of.</summary>
internal static class ClusterProcess
{
    private static readonly TimeSpan BrokerPatience = TimeSpan.FromSeconds(2);

    /// <summary>A process reports every second. With the look of a second, whoever dies is brought back within five.</summary>
    private static readonly TimeSpan MemberPatience = TimeSpan.FromSeconds(3.5);

    /// <summary>Runs a gateway until it is stopped.</summary>
    public static int RunGateway(ClusterOptions cluster, GatewayOptions options, LogLevel level, CancellationToken stop) => Run(level, async (clock, logs) =>
    {
        await using var connection = await ClusterConnection.OpenAsync(cluster, Roles.Gateway, clock, logs, stop);
        await using var gateway = await GatewayServer.StartAsync(options, connection.Storage, connection.Bus, clock, logs);
        await WaitAsync(gateway.Stopped, stop);
    }, stop);

    /// <summary>Runs a worker until it is stopped.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="role">What it does.</param>
    /// <param name="options">How.</param>
    /// <param name="http">Where it answers whether it is ready; null for nowhere.</param>
    /// <param name="level">What is logged.</param>
    /// <param name="stop">Stops it: what is in hand is finished.</param>
    public static int RunWorker(ClusterOptions cluster, string role, WorkerOptions options, IPEndPoint? http, LogLevel level, CancellationToken stop) => Run(level, async (clock, logs) =>
    {
        await using var connection = await ClusterConnection.OpenAsync(cluster, role, clock, logs, stop);
        var kind = role == Roles.Aggregate ? DestinationKind.Shard : DestinationKind.Join;
        var destinations = Topology.All(connection.Storage.Shards).Where(destination => role != Roles.Filter && destination.Kind == kind);
        var filters = role == Roles.Filter ? options.Filters : 0;
        await using var workers = WorkerGroup.Start(destinations, connection.Placement, connection.Bus, connection.Storage, options with { Filters = filters }, clock, logs.CreateLogger("Workers"));
        connection.Membership.Watch(() => (workers.IsWell, workers.Handled));
        await using var health = http is null ? null : await HealthServer.StartAsync(http, () => IsReadyAsync(connection), logs);
        await WaitAsync(workers.Completion, stop);
    }, stop);

    /// <summary>Runs a monitor until it is stopped.</summary>
    public static int RunMonitor(ClusterOptions cluster, IReviver reviver, IPEndPoint? http, LogLevel level, CancellationToken stop) => Run(level, async (clock, logs) =>
    {
        await using var connection = await ClusterConnection.OpenAsync(cluster, Roles.Monitor, clock, logs, stop);
        var monitor = new ClusterMonitor(
            connection.Members, connection.Membership.Self, () => connection.BrokerAnswersAsync(BrokerPatience), reviver, MemberPatience, clock, logs.CreateLogger("Monitor"));
        await using var health = http is null ? null : await HealthServer.StartAsync(http, () => IsReadyAsync(connection), logs);
        await WaitAsync(monitor.RunAsync(stop), stop);
    }, stop);

    private static async Task<bool> IsReadyAsync(ClusterConnection connection)
    {
        try
        {
            await connection.Members.ListMembersAsync();
            return true;
        }
        catch (StorageException)
        {
            return false;
        }
    }

    private static async Task WaitAsync(Task ended, CancellationToken stop)
    {
        Console.Out.WriteLine("ready");
        Console.Out.Flush();
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var stopping = stop.Register(stopped.SetResult);
        await await Task.WhenAny(stopped.Task, ended);
    }

    private static int Run(LogLevel level, Func<TimeProvider, ILoggerFactory, Task> run, CancellationToken stop)
    {
        using var logs = LineLoggerProvider.NewFactory(Console.Error, level, TimeProvider.System);
        try
        {
            run(TimeProvider.System, logs).GetAwaiter().GetResult();
            if (stop.IsCancellationRequested) return ExitCode.Done;
            Console.Error.WriteLine("The process has stopped by itself, which it should not; the log says why. Start it again: its sessions go on.");
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Before it was there.
            return ExitCode.Done;
        }
        catch (Exception e) when (e is StorageException or BusSetupException or BusException)
        {
            Console.Error.WriteLine(e.Message);
        }

        return ExitCode.Failed;
    }
}
