using CoffeeShop.Bus.InMemory;
using CoffeeShop.Gateway;
using CoffeeShop.Observability;
using CoffeeShop.Storage;
using CoffeeShop.Workers;
using Microsoft.Extensions.Logging;

namespace CoffeeShop.Commands;

/// <summary>
/// All roles in one process. Apart from the command, so that other commands do not load what a server is made of.
/// </summary>
internal static class SingleServer
{
    /// <summary>How often the log tells what a start waits for.</summary>
    private static readonly TimeSpan TellEvery = TimeSpan.FromSeconds(5);

    public static int Run(GatewayOptions options, string stateFolder, LogLevel? level, CancellationToken stop)
    {
        try
        {
            if (RunAsync(options, stateFolder, level ?? LogLevel.Information, stop).GetAwaiter().GetResult()) return ExitCode.Done;
            Console.Error.WriteLine("The server has stopped by itself, which it should not; the log says why. Start the server again: its sessions go on.");
            return ExitCode.Failed;
        }
        catch (StorageException e)
        {
            Console.Error.WriteLine(e.Message);
            return ExitCode.Failed;
        }
    }

    /// <returns>False when the server ended without being asked to.</returns>
    private static async Task<bool> RunAsync(GatewayOptions options, string stateFolder, LogLevel level, CancellationToken stop)
    {
        var clock = TimeProvider.System;
        using var logs = LineLoggerProvider.NewFactory(Console.Error, level, clock);
        // Each goes before what it needs: the gateway lets frames in flight be finished by the workers.
        await using var storage = StateFolder.Open(stateFolder, clock);
        await using var bus = new InMemoryBus();
        await using var workers = WorkerGroup.StartAll(bus, storage, new WorkerOptions(), clock, logs.CreateLogger("Workers"));
        await using var gateway = await GatewayServer.StartAsync(options, storage, bus, clock, logs);
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var stopping = stop.Register(stopped.SetResult);
        // A worker that cannot go on ends the process, which begins again from the database.
        var ended = Task.WhenAny(stopped.Task, workers.Completion, gateway.Stopped);
        using var waiting = new CancellationTokenSource();
        var recovery = workers.WaitForRecoveryAsync(TellEvery, clock, logs.CreateLogger("Workers"), waiting.Token);
        if (await Task.WhenAny(ended, recovery) == recovery)
        {
            Console.Out.WriteLine("ready");
            Console.Out.Flush();
        }

        await await ended;
        await waiting.CancelAsync();
        return stop.IsCancellationRequested;
    }
}
