using System.CommandLine;
using CoffeeShop.Configuration;

namespace CoffeeShop.Commands;

/// <summary><c>coffee up</c>: a whole cluster of processes on this machine.</summary>
internal static class UpCommand
{
    private const int CountMax = 64;

    public static Command New(Signals signals)
    {
        var counts = UpRole.All.ToDictionary(role => role, role => new TextOption(
            role.Flag, role.Description, "N", $"{role.Count}", text => ParseCount(role, text) is not null, $"a whole number from {role.CountMin} to {CountMax}"));
        var port = new TextOption("--port", "The port of clients of the first gateway", "PORT", "8080", text => ParsePort(text) is not null, "a port from 1 to 65535");
        var http = new TextOption("--http", "Where the first gateway tells of sessions and results", "ADDRESS:PORT", "127.0.0.1:8081", text => ServeCommand.ParseEndPoint(text) is { Port: > 0 }, "an IP address and a port, such as 127.0.0.1:8081");
        var state = new Option<string>("--state") { Description = "The folder of the logs, and of the private servers", HelpName = "DIR", DefaultValueFactory = _ => "coffee-cluster" };
        var services = new Option<bool>("--services") { Description = "Start a private RabbitMQ and PostgreSQL from the installed packages; what was in the folder goes on; queues are classic unless --queue-type says otherwise" };
        var cluster = new ClusterSettings();
        GatewayFlag[] gatewayFlags =
        [
            new(new Option<string?>("--bind") { Description = "Where clients connect; beyond this machine only with --tokens, please", HelpName = "ADDRESS" }),
            new(new Option<string?>("--tls-certificate") { Description = "Encrypt with this certificate: PFX, or PEM with its private key", HelpName = "FILE" }),
            new(new Option<string?>("--tokens") { Description = "Let in who shows a token of these, as serve does", HelpName = "FILE" }),
        ];

        var command = new Command("up", "Runs a whole cluster of processes on this machine, and starts again what dies");
        foreach (var option in (Option[])[.. counts.Values, port, http, state, services]) command.Add(option);
        cluster.AddTo(command);
        foreach (var flag in gatewayFlags) command.Add(flag.Option);
        command.SetAction(parsed =>
        {
            var first = new GatewayPorts(ParsePort(parsed.GetRequiredValue(port))!.Value, ServeCommand.ParseEndPoint(parsed.GetRequiredValue(http))!);
            if (first.Clients == first.Http.Port) throw new ConfigurationException($"Found the port {first.Clients} for --port and --http, expected two ports.");
            var numbers = counts.ToDictionary(count => count.Key, count => ParseCount(count.Key, parsed.GetRequiredValue(count.Value))!.Value);
            var gateways = numbers[UpRole.Gateways];
            var isPrivate = parsed.GetValue(services);
            return LocalCluster.Run(
                new UpOptions(
                    numbers,
                    GatewayPorts.Next(first, gateways) ?? throw new ConfigurationException($"Found {gateways} gateways from the ports {first.Clients} and {first.Http.Port} on, expected ports up to 65535."),
                    parsed.GetRequiredValue(state),
                    cluster.Addresses(parsed, isPrivate),
                    // A private broker is one node: there is nobody to replicate to.
                    cluster.Flags(parsed, queueType: isPrivate ? "classic" : null),
                    [.. gatewayFlags.SelectMany(flag => flag.Words(parsed))]),
                signals);
        });
        return command;
    }

    private static int? ParseCount(UpRole role, string text) => Settings.Number(role.CountMin, CountMax)(text);

    private static int? ParsePort(string text) => Settings.Number(1, ushort.MaxValue)(text);

    /// <summary>A flag that is handed on to the gateways, which judge it.</summary>
    private sealed record GatewayFlag(Option<string?> Option)
    {
        public IEnumerable<string> Words(ParseResult parsed) => parsed.GetValue(Option) is { } value ? [Option.Name, value] : [];
    }
}
