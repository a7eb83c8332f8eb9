using System.Globalization;
using System.Net;

namespace CoffeeShop.Client;

/// <summary>Where a server listens.</summary>
/// <param name="Host">A name or an address.</param>
/// <param name="Port">The port.</param>
public sealed record ServerAddress(string Host, int Port)
{
    /// <summary>What an address looks like, for messages.</summary>
    public const string Expected = "HOST:PORT such as localhost:8080 or [::1]:8080";

    /// <summary>Reads an address.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The address, or null.</returns>
    public static ServerAddress? Parse(string text)
    {
        var colon = text.LastIndexOf(':');
        if (colon < 1 || !int.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port)) return null;
        if (port is < 1 or > IPEndPoint.MaxPort) return null;
        var host = text[..colon];
        // Brackets tell the colons of an address from that of the port.
        var isBracketed = host[0] == '[' && host[^1] == ']';
        if (isBracketed) host = host[1..^1];
        if (host.Contains(':', StringComparison.Ordinal) != isBracketed) return null;
        return Uri.CheckHostName(host) == UriHostNameType.Unknown ? null : new ServerAddress(host, port);
    }

    /// <inheritdoc/>
    public override string ToString() => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}
