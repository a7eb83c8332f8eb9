using System.CommandLine;
using CoffeeShop.Cluster;
using CoffeeShop.Gateway;
using CoffeeShop.Workers;
using Microsoft.Extensions.Logging;

namespace CoffeeShop.Commands;

/// <summary><c>coffee worker ROLE</c>: one process of a cluster that filters, aggregates or joins.</summary>
internal static class WorkerCommand
{
    /// <summary>
    /// A broker keeps what waits, unlike a queue in memory, and what it costs is the number of messages. So a filter waits a little for
    /// batches whose messages may travel together: about half of those in hand wait until that is safe, while the others are filtered.
    /// Of a shard, a process has few bundles in hand: their messages come again, one by one, to whoever takes the shard over.
    /// </summary>
    private static readonly WorkerOptions Options = new() { Filters = 1, FilterPrefetch = 64, FilterGroupMax = 32, FilterInterval = TimeSpan.FromMilliseconds(50), OwnerPrefetch = 16 };

    private static readonly string[] WorkerRoles = [Roles.Filter, Roles.Aggregate, Roles.Join];

    public static Command New(CancellationToken stop)
    {
        var role = new Argument<string>("role") { Description = "filter: any number of them; aggregate: up to one a shard has work; join: up to one a query has work", HelpName = "filter|aggregate|join" };
        role.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is { } text && !WorkerRoles.Contains(text)) result.AddError($"worker: found the role \"{text}\", expected {string.Join(", ", WorkerRoles)}.");
        });
        var http = new TextOption("--http", "Where to answer /health/live and /health/ready", "ADDRESS:PORT", byDefault: null, text => ServeCommand.ParseEndPoint(text) is not null, "an IP address and a port, such as 127.0.0.1:8082");
        var cluster = new ClusterSettings();
        var command = new Command("worker", "Runs a worker of a cluster");
        command.Add(role);
        cluster.AddTo(command);
        command.Add(http);
        command.SetAction(parsed =>
        {
            var settings = ServerSettings.Read(path: null, Environment.GetEnvironmentVariables());
            return ClusterProcess.RunWorker(
                cluster.Require(parsed), parsed.GetRequiredValue(role),
                Options with { Owner = ClusterSettings.ReadOwnerOptions() },
                parsed.GetValue(http) is { } address ? ServeCommand.ParseEndPoint(address) : null,
                settings.LogLevel ?? LogLevel.Information, stop);
        });
        return command;
    }
}
