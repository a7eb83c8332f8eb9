using CoffeeShop.Bus.InMemory;
using CoffeeShop.Gateway;
using CoffeeShop.Observability;
using CoffeeShop.Storage;
using Microsoft.Extensions.Logging;

namespace CoffeeShop.Commands;

/// <summary>
/// All roles in one process. Apart from the command, so that other commands do not load what a server is made of.
/// </summary>
internal static class SingleServer
{
    public static int Run(GatewayOptions options, string stateFolder, LogLevel? level, CancellationToken stop)
    {
        try
        {
            RunAsync(options, stateFolder, level ?? LogLevel.Information, stop).GetAwaiter().GetResult();
            return ExitCode.Done;
        }
        catch (StorageException e)
        {
            Console.Error.WriteLine(e.Message);
            return ExitCode.Failed;
        }
    }

    private static async Task RunAsync(GatewayOptions options, string stateFolder, LogLevel level, CancellationToken stop)
    {
        using var logs = LoggerFactory.Create(logging => logging.AddLines(Console.Error, level, TimeProvider.System));
        await using var storage = StateFolder.Open(stateFolder, TimeProvider.System);
        await using var bus = new InMemoryBus();
        await using var gateway = await GatewayServer.StartAsync(options, storage, bus, TimeProvider.System, logs);
        Console.Out.WriteLine("ready");
        Console.Out.Flush();
        await WaitAsync(stop);
        await gateway.StopAsync();
    }

    private static async Task WaitAsync(CancellationToken stop)
    {
        var stopped = new TaskCompletionSource();
        using var stopping = stop.Register(stopped.SetResult);
        await stopped.Task;
    }
}
