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
    /// <summary>All roles, in the order in which they are stopped: who brings work goes before who does it.</summary>
    public static IReadOnlyList<UpRole> All { get; } =
    [
        new(Roles.Gateway, "--gateways", 1, "Gateways, which talk to clients; those behind the first listen at the next ports", GatewayArguments),
        new(Roles.Filter, "--filters", 2, "Workers that filter", (_, _) => ["worker", Roles.Filter]),
        new(Roles.Aggregate, "--aggregators", 2, "Workers that aggregate; more than one a shard wait for the end of another", (_, _) => ["worker", Roles.Aggregate]),
        new(Roles.Join, "--joiners", 1, "Workers that join; more than one a query wait for the end of another", (_, _) => ["worker", Roles.Join]),
    ];

    private static IEnumerable<string> GatewayArguments(UpOptions options, int number) =>
        ["serve", "--port", $"{options.Ports[number].Clients}", "--http", $"{options.Ports[number].Http}", .. options.GatewayFlags];
}
