using CoffeeShop.Cluster;

namespace CoffeeShop.Commands;

/// <summary>A role of the processes that <c>coffee up</c> starts.</summary>
/// <param name="Name">What its processes are called, with a number behind.</param>
/// <param name="Flag">The flag that says how many there are.</param>
/// <param name="Count">How many there are otherwise.</param>
/// <param name="Description">What they do.</param>
/// <param name="Arguments">The arguments of the process of a number from 0.</param>
internal sealed record UpRole(string Name, string Flag, int Count, string Description, Func<UpOptions, int, IEnumerable<string>> Arguments)
{
    /// <summary>The role of those that listen for clients.</summary>
    public static UpRole Gateways { get; } =
        new(Roles.Gateway, "--gateways", 1, "Gateways, which talk to clients; those behind the first listen at the next ports", GatewayArguments);

    /// <summary>The least number of processes of a cluster that works.</summary>
    public int CountMin { get; private init; } = 1;

    /// <summary>All roles, in the order in which they are stopped: who judges goes first, and who brings work before who does it.</summary>
    public static IReadOnlyList<UpRole> All { get; } =
    [
        new(Roles.Monitor, "--monitors", 1, "Monitors, which end what hangs; 0 for none", (_, _) => ["monitor"]) { CountMin = 0 },
        Gateways,
        new(Roles.Filter, "--filters", 2, "Workers that filter", (_, _) => ["worker", Roles.Filter]),
        new(Roles.Aggregate, "--aggregators", 2, "Workers that aggregate; more than one a shard wait for the end of another", (_, _) => ["worker", Roles.Aggregate]),
        new(Roles.Join, "--joiners", 1, "Workers that join; more than one a query wait for the end of another", (_, _) => ["worker", Roles.Join]),
    ];

    private static IEnumerable<string> GatewayArguments(UpOptions options, int number) =>
        ["serve", "--port", $"{options.Ports[number].Clients}", "--http", $"{options.Ports[number].Http}", .. options.GatewayFlags];
}
