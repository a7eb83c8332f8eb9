using System.Globalization;
using Npgsql;

namespace CoffeeShop.Storage.Postgres;

/// <summary>
/// Where the database is: <c>postgres://user:password@host:port/database?sslmode=require</c>, or a connection string of
/// Npgsql. Messages never show what was given, since a password is in it.
/// </summary>
internal static class DatabaseAddress
{
    // All shards, joins and filters of a process share these, and so do the readers of a gateway.
    public const int ConnectionsMax = 16;

    private const string Expected = "Expected postgres://user:password@host:port/database, with the special characters of user and password percent-encoded.";

    // The server ends a transaction whose client says nothing more, since others wait for its locks, and notices that a
    // client's machine is gone. A commit is on the disk before it is answered, whatever the default of the server.
    private const string ServerOptions =
        "-c synchronous_commit=on -c idle_in_transaction_session_timeout=15000 -c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3";

    /// <summary>Reads an address.</summary>
    /// <param name="text">The address.</param>
    /// <exception cref="StorageException">It is no address of a PostgreSQL database.</exception>
    public static NpgsqlConnectionStringBuilder Parse(string text)
    {
        var address = text.Contains("://", StringComparison.Ordinal) ? ParseUri(text) : ParseConnectionString(text);
        if (string.IsNullOrEmpty(address.Host)) throw Wrong("names no host");
        if (string.IsNullOrEmpty(address.Database)) throw Wrong("names no database");
        if (string.IsNullOrEmpty(address.Username)) throw Wrong("names no user");
        address.MaxPoolSize = Math.Min(address.MaxPoolSize, ConnectionsMax);
        address.ApplicationName ??= "coffee";
        address.Options = string.Join(' ', new[] { ServerOptions, address.Options }.Where(options => !string.IsNullOrEmpty(options)));
        // A server that has gone is noticed by a read that waits, and by a connection that is idle.
        address.TcpKeepAlive = true;
        (address.TcpKeepAliveTime, address.TcpKeepAliveInterval) = (10, 5);
        (address.KeepAlive, address.CommandTimeout, address.CancellationTimeout) = (10, 30, 2000);
        // Every statement is one of a few, and is planned once a connection.
        (address.MaxAutoPrepare, address.AutoPrepareMinUsages) = (64, 2);
        // Nothing that outlives a transaction is ever set, so there is nothing to reset.
        address.NoResetOnClose = true;
        address.Enlist = false;
        return address;
    }

    /// <summary>The address for messages.</summary>
    public static string Describe(NpgsqlConnectionStringBuilder address) => $"The database {address.Database} at {address.Host}:{address.Port}";

    private static NpgsqlConnectionStringBuilder ParseConnectionString(string text)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(text);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidCastException)
        {
            // Not with the cause, which may quote the text.
            throw Wrong("is neither a URI nor a connection string");
        }
    }

    private static NpgsqlConnectionStringBuilder ParseUri(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri)) throw Wrong("cannot be read");
        if (uri.Scheme is not ("postgres" or "postgresql")) throw Wrong($"begins with {uri.Scheme}://");
        if (uri.Fragment.Length > 0) throw Wrong("has a # in it");
        var address = new NpgsqlConnectionStringBuilder
        {
            Host = uri.HostNameType == UriHostNameType.IPv6 ? uri.Host.Trim('[', ']') : Uri.UnescapeDataString(uri.Host),
            Port = uri.Port > 0 ? uri.Port : NpgsqlConnection.DefaultPort,
            Database = Uri.UnescapeDataString(uri.AbsolutePath.TrimStart('/')),
        };
        if (uri.UserInfo.Split(':', 2) is [{ Length: > 0 } user, .. var rest])
        {
            address.Username = Uri.UnescapeDataString(user);
            if (rest is [var password]) address.Password = Uri.UnescapeDataString(password);
        }

        foreach (var parameter in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries)) Set(address, parameter.Split('=', 2));
        return address;
    }

    private static void Set(NpgsqlConnectionStringBuilder address, string[] parameter)
    {
        var (name, value) = (parameter[0], parameter.Length > 1 ? Uri.UnescapeDataString(parameter[1]) : "");
        switch (name)
        {
            case "sslmode":
                if (!Enum.TryParse<SslMode>(value.Replace("-", "", StringComparison.Ordinal), ignoreCase: true, out var mode) || !Enum.IsDefined(mode))
                    throw Wrong($"has sslmode={value}; expected disable, allow, prefer, require, verify-ca or verify-full");
                address.SslMode = mode;
                break;
            case "sslrootcert":
                address.RootCertificate = value;
                break;
            case "connect_timeout":
                if (!int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || seconds > 1024)
                    throw Wrong($"has connect_timeout={value}; expected seconds");
                address.Timeout = seconds;
                break;
            case "application_name":
                address.ApplicationName = value;
                break;
            default:
                throw Wrong($"has the parameter {name}, which is unknown; expected sslmode, sslrootcert, connect_timeout or application_name");
        }
    }

    private static StorageException Wrong(string found) => new($"The address of the database {found}. {Expected}") { IsLasting = true };
}
