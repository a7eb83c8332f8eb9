using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace CoffeeShop.Bus.RabbitMq;

/// <summary>A connection to look at the broker and to set it up; the broker closes a channel at each error, so there is one for each step.</summary>
internal sealed class RabbitMqSetup : IAsyncDisposable
{
    private readonly IConnection _connection;

    private RabbitMqSetup(IConnection connection, RabbitMqAddress address) => (_connection, Address) = (connection, address);

    public RabbitMqAddress Address { get; }

    public static async Task<RabbitMqSetup> BeginAsync(RabbitMqOptions options) => new(await RabbitMqConnecting.ConnectAsync(options, "setup"), options.Address);

    /// <summary>Does a step.</summary>
    /// <param name="what">What it is about, as the beginning of a sentence.</param>
    /// <param name="expected">What is expected of it.</param>
    /// <param name="step">The step.</param>
    /// <exception cref="BusSetupException">The broker refuses it.</exception>
    public async Task DoAsync(string what, string expected, Func<IChannel, Task> step)
    {
        try
        {
            await using var channel = await _connection.CreateChannelAsync();
            await step(channel);
            await channel.CloseAsync();
        }
        catch (Exception e) when (RabbitMqErrors.IsTrouble(e))
        {
            var reason = (e as OperationInterruptedException)?.ShutdownReason;
            throw new BusSetupException(reason?.ReplyCode switch
            {
                Constants.NotFound when RabbitMqErrors.IsMissing(reason) => $"{what} was not found at {Address}: expected {expected}. Start the cluster first, or correct the address of the broker or the number of shards.",
                Constants.PreconditionFailed => $"{what} at {Address} was found otherwise: {reason.ReplyText}. Expected {expected}. Delete it when it is not needed any more, give the options it was declared with, or use another virtual host.",
                Constants.AccessRefused => $"{what} at {Address} is not permitted to the user \"{Address.User}\": {reason.ReplyText}. Expected permission to configure, write and read (rabbitmqctl set_permissions).",
                _ => $"{what} at {Address} cannot be used: {reason?.ReplyText ?? e.Message}",
            }, e)
            {
                Missing = RabbitMqErrors.IsMissing(reason) ? what : null,
                IsPassing = reason is null || (reason.ReplyCode is Constants.NotFound or Constants.ConnectionForced or Constants.InternalError && !RabbitMqErrors.IsMissing(reason)),
            };
        }
    }

    /// <summary>Whether there is a queue.</summary>
    public async Task<bool> HasQueueAsync(QueueName queue)
    {
        try
        {
            await using var channel = await _connection.CreateChannelAsync();
            await channel.QueueDeclarePassiveAsync(queue.Name);
            return true;
        }
        catch (OperationInterruptedException e) when (RabbitMqErrors.IsMissing(e.ShutdownReason))
        {
            return false;
        }
        catch (Exception e) when (RabbitMqErrors.IsTrouble(e))
        {
            throw new BusSetupException($"The queue {queue} at {Address} cannot be looked for: {e.Message}", e) { IsPassing = true };
        }
    }

    public async ValueTask DisposeAsync() => await RabbitMqConnecting.CloseAsync(_connection);
}
