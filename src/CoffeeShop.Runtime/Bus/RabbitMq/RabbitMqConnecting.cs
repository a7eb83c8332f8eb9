using System.Diagnostics;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace CoffeeShop.Bus.RabbitMq;

/// <summary>Makes connections, and says what is wrong when it cannot.</summary>
internal static class RabbitMqConnecting
{
    // The largest message that brokers of version 3 take.
    private const uint MessageBytesMax = 128 << 20;

    // Quorum queues with dead-lettering that loses nothing are there from this version on.
    private static readonly Version VersionMin = new(3, 10);

    private static readonly TimeSpan ClosePatience = TimeSpan.FromSeconds(5);

    /// <summary>Connects; when nobody answers, for a while.</summary>
    /// <exception cref="BusSetupException">It is not possible.</exception>
    public static async Task<IConnection> ConnectAsync(RabbitMqOptions options, string purpose)
    {
        var begun = Stopwatch.GetTimestamp();
        for (var failures = 1; ; failures++)
        {
            try
            {
                return await ConnectOnceAsync(options, purpose);
            }
            catch (Exception e) when (IsUnreachable(e) && Stopwatch.GetElapsedTime(begun) < options.ConnectPatience)
            {
                await Task.Delay(options.PauseAfter(failures, options.ReconnectPauseMax));
            }
            catch (Exception e) when (RabbitMqErrors.IsTrouble(e))
            {
                throw new BusSetupException(Explain(e, options.Address), e) { IsPassing = IsUnreachable(e) };
            }
        }
    }

    private static async Task<IConnection> ConnectOnceAsync(RabbitMqOptions options, string purpose)
    {
        var connection = await Factory(options).CreateConnectionAsync($"{options.Name} {purpose}");
        try
        {
            // The client library does not wait for the answer about the virtual host: a channel is there only if it is a good one.
            await CloseAsync(await connection.CreateChannelAsync());
            CheckVersion(connection, options.Address);
            return connection;
        }
        catch
        {
            await CloseAsync(connection);
            throw;
        }
    }

    /// <summary>Whether a version has what is needed: <c>4.0.0-rc.1</c> and <c>3.10.8</c> alike.</summary>
    public static bool IsSupported(string version) => Version.TryParse(version.Split('-', '+')[0], out var parsed) && parsed >= VersionMin;

    /// <summary>Closes a connection, whatever has become of it.</summary>
    public static async Task CloseAsync(IConnection connection)
    {
        try
        {
            await connection.CloseAsync(ClosePatience);
            await connection.DisposeAsync();
        }
        catch (Exception e) when (RabbitMqErrors.IsTrouble(e))
        {
            // It is closed by the other side then, or nobody is there any more.
        }
    }

    /// <summary>Closes a channel, whatever has become of it.</summary>
    public static async Task CloseAsync(IChannel channel)
    {
        try
        {
            if (channel.IsOpen) await channel.CloseAsync();
            await channel.DisposeAsync();
        }
        catch (Exception e) when (RabbitMqErrors.IsTrouble(e))
        {
            // It ends with its connection.
        }
    }

    private static ConnectionFactory Factory(RabbitMqOptions options)
    {
        var address = options.Address;
        var factory = new ConnectionFactory
        {
            HostName = address.Host,
            Port = address.Port,
            UserName = address.User,
            Password = address.Password,
            VirtualHost = address.VirtualHost,
            AutomaticRecoveryEnabled = false,
            TopologyRecoveryEnabled = false,
            RequestedHeartbeat = options.Heartbeat,
            MaxInboundMessageBodySize = MessageBytesMax,
        };
        if (address.IsEncrypted) factory.Ssl = new SslOption { Enabled = true, ServerName = address.Host };
        return factory;
    }

    private static void CheckVersion(IConnection connection, RabbitMqAddress address)
    {
        var text = connection.ServerProperties is { } properties && properties.TryGetValue("version", out var value) && value is byte[] bytes ? Encoding.UTF8.GetString(bytes) : "none";
        if (IsSupported(text)) return;
        throw new BusSetupException($"The broker at {address}: found version {text}, expected RabbitMQ {VersionMin} or later. Update it, or use another one.");
    }

    private static bool IsUnreachable(Exception e) => RabbitMqErrors.IsTrouble(e) && !Chain(e).Any(cause => cause is AuthenticationFailureException or AuthenticationException or OperationInterruptedException { ShutdownReason.ReplyCode: Constants.NotAllowed });

    private static string Explain(Exception e, RabbitMqAddress address)
    {
        var causes = Chain(e).ToList();
        if (causes.OfType<AuthenticationException>().FirstOrDefault() is { } tls)
            return $"The broker at {address} is not trusted: {tls.Message} Expected a certificate for {address.Host} that this machine trusts; install its authority here, or correct the address.";
        if (causes.Any(cause => cause is AuthenticationFailureException))
            return $"The broker at {address} refused the user \"{address.User}\" or the password. Correct them in the address of the broker. The user guest may connect from the machine of the broker alone.";
        if (causes.OfType<OperationInterruptedException>().FirstOrDefault(cause => cause.ShutdownReason?.ReplyCode == Constants.NotAllowed) is { } refused)
            return $"The broker at {address} refused the virtual host to the user \"{address.User}\": {refused.ShutdownReason!.ReplyText}. Make it (rabbitmqctl add_vhost) and permit it to the user (rabbitmqctl set_permissions), or correct the address of the broker.";
        var cause = causes.OfType<SocketException>().FirstOrDefault() ?? causes[^1];
        return $"The broker at {address} was not reached: {cause.Message.TrimEnd('.')}. Start it, or correct the address of the broker.";
    }

    private static IEnumerable<Exception> Chain(Exception e)
    {
        for (Exception? cause = e; cause is not null; cause = cause.InnerException)
        {
            if (cause is AggregateException { InnerExceptions.Count: > 1 } several)
            {
                foreach (var inner in several.InnerExceptions.SelectMany(Chain)) yield return inner;
                yield break;
            }

            yield return cause;
        }
    }
}
