using CoffeeShop.Cluster;
using CoffeeShop.Gateway;
using CoffeeShop.Observability;
using CoffeeShop.Output;
using CoffeeShop.Services;
using Microsoft.Extensions.Logging;

namespace CoffeeShop.Commands;

/// <summary>The processes of <c>coffee up</c>. Apart from the command, so that others do not load what they are made of.</summary>
internal static class LocalCluster
{
    /// <summary>How long a process may take to end: a gateway lets what is in flight be acknowledged, a worker finishes what is in hand.</summary>
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(30);

    public static int Run(UpOptions options, Signals signals)
    {
        // What is wrong there leaves no folder behind.
        var level = ServerSettings.Read(path: null, Environment.GetEnvironmentVariables()).LogLevel ?? LogLevel.Information;
        try
        {
            using var folder = new FolderLock(options.State, staysBehind: true);
            RunAsync(options, level, signals).GetAwaiter().GetResult();
            return ExitCode.Done;
        }
        catch (OutputException e)
        {
            Console.Error.WriteLine(e.IsInUse
                ? $"The state folder {options.State} is in use by another coffee up. Stop that one, or choose another folder with --state."
                : $"The state folder {options.State} cannot be used: {e.Reason} Choose another with --state.");
        }
        catch (ServiceException e)
        {
            foreach (var line in e.Message.Split('\n')) Console.Error.WriteLine(line);
        }

        return ExitCode.Failed;
    }

    private static async Task RunAsync(UpOptions options, LogLevel level, Signals signals)
    {
        using var output = new UpOutput(Path.Combine(options.State, "logs"));
        using var logs = LineLoggerProvider.NewFactory(output.Own, level, TimeProvider.System);
        await using var supervisor = new Supervisor(output.Hear, TimeProvider.System, logs.CreateLogger("Supervisor"));
        using var table = UpOutput.Show(() => supervisor.Statuses);
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var stopping = signals.Stop.Register(stopped.SetResult);
        try
        {
            var started = StartAsync(options, supervisor, logs.CreateLogger("Cluster"));
            if (await Task.WhenAny(started, stopped.Task) == started)
            {
                await using var reports = await started;
                UpOutput.SayReady();
                await stopped.Task;
            }
        }
        finally
        {
            await supervisor.StopAsync(signals.GiveUp);
        }
    }

    /// <returns>What reports the private servers, if there are any.</returns>
    private static async Task<ServerReports?> StartAsync(UpOptions options, Supervisor supervisor, ILogger log)
    {
        var servers = options.Addresses is null ? await StartServersAsync(options.State, supervisor) : null;
        var addresses = options.Addresses ?? servers!.Addresses;
        // All at once: each waits for what it needs. They are stopped in the reverse order.
        await Task.WhenAll(UpRole.All.Reverse().Select(role => supervisor.StartAsync(
            Enumerable.Range(0, options.Counts[role]).Select(number => NewProcess(role, number, options, addresses)))));
        // By now the tables are there, and for the number of shards that was asked for.
        return servers is null ? null : await ServerReports.StartAsync(
            addresses.Database, TimeProvider.System, log, (Roles.Broker, () => servers.Broker.ProcessId), (Roles.Database, () => servers.Database.ProcessId));
    }

    private static async Task<PrivateServers> StartServersAsync(string state, Supervisor supervisor)
    {
        var broker = new SupervisedRabbitMq(new RabbitMqServiceOptions(Path.Combine(state, "rabbitmq")));
        var database = new SupervisedPostgres(Path.Combine(state, "postgresql"));
        await supervisor.StartAsync([broker, database]);
        var addresses = new ClusterAddresses($"{broker.Service.Uri}", database.Service.Address);
        WriteAddresses(Path.Combine(state, "cluster.env"), addresses);
        return new PrivateServers(broker, database, addresses);
    }

    /// <summary>For other commands of this user, which read the variables. The file holds passwords.</summary>
    private static void WriteAddresses(string path, ClusterAddresses addresses)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var file = new StreamWriter(path, options);
        file.Write($"{ClusterSettings.BrokerVariable}={addresses.Broker}\n{ClusterSettings.DatabaseVariable}={addresses.Database}\n");
    }

    private static SupervisedProcess NewProcess(UpRole role, int number, UpOptions options, ClusterAddresses addresses)
    {
        var name = $"{role.Name}-{number + 1}";
        var command = Self([.. role.Arguments(options, number), .. options.ClusterFlags]) with
        {
            Environment = new Dictionary<string, string?>
            {
                // Not as arguments, which everybody on this machine can list.
                [ClusterSettings.BrokerVariable] = addresses.Broker,
                [ClusterSettings.DatabaseVariable] = addresses.Database,
                [ClusterSettings.NodeIdVariable] = name,
            },
        };
        return new SupervisedProcess(name, command, StopPatience);
    }

    /// <summary>This program with other arguments, also when the host of .NET was asked to run it.</summary>
    private static ChildCommand Self(IReadOnlyList<string> arguments)
    {
        var self = Environment.ProcessPath!;
        return Path.GetFileNameWithoutExtension(self) == "dotnet"
            ? new ChildCommand(self, [Environment.GetCommandLineArgs()[0], .. arguments])
            : new ChildCommand(self, arguments);
    }

    private sealed record PrivateServers(SupervisedRabbitMq Broker, SupervisedPostgres Database, ClusterAddresses Addresses);
}
