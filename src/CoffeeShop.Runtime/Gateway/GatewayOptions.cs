using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace CoffeeShop.Gateway;

/// <summary>How a gateway is set up.</summary>
public sealed record GatewayOptions
{
    /// <summary>Where clients connect. Port 0 takes any that is free.</summary>
    public IPEndPoint Address { get; init; } = new(IPAddress.Loopback, 8080);

    /// <summary>Where sessions and results are asked for.</summary>
    public IPEndPoint HttpAddress { get; init; } = new(IPAddress.Loopback, 8081);

    /// <summary>Connections that the system keeps waiting until they are accepted.</summary>
    public int ListenBacklog { get; init; } = 512;

    /// <summary>Encrypts the connections of clients, and HTTP when it is reachable from elsewhere. Null: no encryption.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>Who may come. Null: anybody.</summary>
    public AgencyTokens? Tokens { get; init; }

    /// <summary>Whether clients of version 1, which cannot show a token, may come although there are tokens.</summary>
    public bool AllowVersion1WithoutToken { get; init; }

    /// <summary>Whether there is no other gateway on the same storage, so that a client that is not connected here is not connected at all.</summary>
    public bool IsOnlyGateway { get; init; }

    /// <summary>Gets each message that is received, for debugging; null: none.</summary>
    public string? DumpFolder { get; init; }

    /// <summary>The bounds.</summary>
    public GatewayLimits Limits { get; init; } = new();
}
