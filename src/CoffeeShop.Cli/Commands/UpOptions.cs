using System.Net;

namespace CoffeeShop.Commands;

/// <summary>What <c>coffee up</c> starts.</summary>
/// <param name="Counts">How many processes of each role.</param>
/// <param name="Ports">Where each gateway listens.</param>
/// <param name="State">The folder of logs and private servers.</param>
/// <param name="Addresses">The broker and the database; null for private ones.</param>
/// <param name="ClusterFlags">What all processes are told of their cluster beside its addresses.</param>
/// <param name="GatewayFlags">What gateways are told.</param>
internal sealed record UpOptions(
    IReadOnlyDictionary<UpRole, int> Counts, IReadOnlyList<GatewayPorts> Ports, string State, ClusterAddresses? Addresses,
    IReadOnlyList<string> ClusterFlags, IReadOnlyList<string> GatewayFlags);

/// <summary>The servers of a cluster, with their passwords.</summary>
/// <param name="Broker">The broker.</param>
/// <param name="Database">The database.</param>
internal sealed record ClusterAddresses(string Broker, string Database);

/// <summary>Where a gateway listens.</summary>
/// <param name="Clients">The port of clients.</param>
/// <param name="Http">Where sessions and results are asked for.</param>
internal sealed record GatewayPorts(int Clients, IPEndPoint Http)
{
    /// <summary>The ports of gateways: those of the first are given, and each of the others takes the next ones that no other has.</summary>
    /// <param name="first">Where the first listens.</param>
    /// <param name="count">How many there are.</param>
    /// <returns>Null when the ports do not suffice.</returns>
    public static IReadOnlyList<GatewayPorts>? Next(GatewayPorts first, int count)
    {
        HashSet<int> taken = [first.Clients, first.Http.Port];
        List<GatewayPorts> all = [first];
        while (all.Count < count)
        {
            var (clients, http) = (Free(all[^1].Clients), Free(all[^1].Http.Port));
            if (Math.Max(clients, http) > IPEndPoint.MaxPort) return null;
            all.Add(new GatewayPorts(clients, new IPEndPoint(first.Http.Address, http)));
        }

        return all;

        int Free(int port)
        {
            while (!taken.Add(++port))
            {
            }

            return port;
        }
    }
}
