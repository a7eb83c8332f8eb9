using CoffeeShop.Configuration;

namespace CoffeeShop.Bus.RabbitMq;

/// <summary>A broker and a virtual host of it, which is all that tells a cluster from another.</summary>
/// <param name="Host">The machine.</param>
/// <param name="Port">The port.</param>
/// <param name="User">Who logs in.</param>
/// <param name="Password">By which password.</param>
/// <param name="VirtualHost">The virtual host.</param>
/// <param name="IsEncrypted">Whether by TLS.</param>
public sealed record RabbitMqAddress(string Host, int Port, string User, string Password, string VirtualHost, bool IsEncrypted)
{
    private const string Expected = "expected amqp://USER:PASSWORD@HOST:PORT/VHOST or the same with amqps";

    /// <summary>Reads an address. User, password, port and virtual host may be left out: they are then guest, guest, 5672 (or 5671) and <c>/</c>.</summary>
    /// <param name="uri">The address; special characters in its parts are written as <c>%2F</c>.</param>
    /// <exception cref="ConfigurationException">It is none.</exception>
    public static RabbitMqAddress Parse(string uri)
    {
        // What was given may have a password, so it is not repeated.
        if (!Uri.TryCreate(uri, UriKind.Absolute, out var parsed)) throw new ConfigurationException($"The address of the broker is none: {Expected}.");
        if (parsed.Scheme is not ("amqp" or "amqps")) throw new ConfigurationException($"The address of the broker: found {parsed.Scheme}://, {Expected}.");
        if (parsed.Host.Length == 0) throw new ConfigurationException($"The address of the broker: found no host, {Expected}.");
        if (parsed.Query.Length + parsed.Fragment.Length > 0) throw new ConfigurationException($"The address of the broker: found {parsed.Query}{parsed.Fragment}, {Expected} and nothing behind.");
        var virtualHost = parsed.AbsolutePath.TrimStart('/');
        if (virtualHost.Contains('/', StringComparison.Ordinal)) throw new ConfigurationException($"The address of the broker: found the virtual host \"{virtualHost}\", {Expected}, with a / in the name as %2F.");
        var login = parsed.UserInfo.Split(':', 2);
        var isEncrypted = parsed.Scheme == "amqps";
        return new RabbitMqAddress(
            parsed.IdnHost,
            parsed.Port > 0 ? parsed.Port : isEncrypted ? 5671 : 5672,
            login[0].Length > 0 ? Uri.UnescapeDataString(login[0]) : "guest",
            login.Length > 1 ? Uri.UnescapeDataString(login[1]) : "guest",
            virtualHost.Length > 0 ? Uri.UnescapeDataString(virtualHost) : "/",
            isEncrypted);
    }

    /// <summary>For messages and logs: without the password.</summary>
    public override string ToString() => $"{Host}:{Port}, virtual host {VirtualHost}";
}
