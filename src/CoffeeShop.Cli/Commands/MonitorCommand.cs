using System.CommandLine;
using CoffeeShop.Gateway;
using CoffeeShop.Monitoring;
using Microsoft.Extensions.Logging;

namespace CoffeeShop.Commands;

/// <summary><c>coffee monitor</c>: watches the processes of a cluster and brings back those that die or hang.</summary>
internal static class MonitorCommand
{
    public static Command New(CancellationToken stop)
    {
        var revive = new Option<string?>("--revive")
        {
            Description = "What brings a process back, such as 'docker restart {id}'; without it a process of this machine is ended, for whoever started it to start it again",
            HelpName = "COMMAND",
        };
        var http = new TextOption("--http", "Where to answer /health/live and /health/ready", "ADDRESS:PORT", byDefault: null, text => ServeCommand.ParseEndPoint(text) is not null, "an IP address and a port, such as 127.0.0.1:8083");
        var cluster = new ClusterSettings();
        var command = new Command("monitor", "Watches the processes of a cluster, and brings back those that die or hang; of several one leads");
        cluster.AddTo(command);
        command.Add(revive);
        command.Add(http);
        command.SetAction(parsed =>
        {
            var settings = ServerSettings.Read(path: null, Environment.GetEnvironmentVariables());
            IReviver reviver = parsed.GetValue(revive) is { } line ? new CommandReviver(line) : new LocalReviver();
            return ClusterProcess.RunMonitor(
                cluster.Require(parsed), reviver, parsed.GetValue(http) is { } address ? ServeCommand.ParseEndPoint(address) : null, settings.LogLevel ?? LogLevel.Information, stop);
        });
        return command;
    }
}
