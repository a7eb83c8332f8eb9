using Microsoft.Extensions.Logging;

namespace CoffeeShop.Bus.RabbitMq;

/// <summary>What happens between this process and the broker.</summary>
internal static partial class RabbitMqLog
{
    [LoggerMessage(501, LogLevel.Information, "action: broker_connect | result: success | for: {Purpose} | broker: {Broker}")]
    public static partial void Connected(this ILogger log, string purpose, string broker);

    [LoggerMessage(502, LogLevel.Warning, "action: broker_connection_lost | for: {Purpose} | reason: {Reason}")]
    public static partial void ConnectionLost(this ILogger log, string purpose, string reason);

    [LoggerMessage(503, LogLevel.Warning, "action: broker_connect | result: fail | for: {Purpose} | attempt: {Attempt} | pause_ms: {Pause} | error: {Error}")]
    public static partial void Reconnecting(this ILogger log, string purpose, int attempt, double pause, string error);

    [LoggerMessage(504, LogLevel.Warning, "action: broker_blocked | result: in_progress | for: {Purpose} | reason: {Reason}")]
    public static partial void Blocked(this ILogger log, string purpose, string reason);

    [LoggerMessage(505, LogLevel.Information, "action: broker_blocked | result: success | for: {Purpose}")]
    public static partial void Unblocked(this ILogger log, string purpose);

    [LoggerMessage(506, LogLevel.Information, "action: queue_full | result: in_progress | queue: {Queue} | waiting: {Waiting}")]
    public static partial void QueueFull(this ILogger log, QueueName queue, int waiting);

    [LoggerMessage(507, LogLevel.Warning, "action: publish | result: in_progress | reason: the channel was lost, {Messages} messages are sent again")]
    public static partial void SendingAgain(this ILogger log, int messages);

    [LoggerMessage(508, LogLevel.Error, "action: message_parked | result: success | queue: {Queue} | reason: {Reason}")]
    public static partial void Parked(this ILogger log, QueueName queue, string reason);

    [LoggerMessage(509, LogLevel.Information, "action: published | result: success | queue: {Queue} | bundles: {Bundles} | messages: {Messages} | bytes: {Bytes}")]
    public static partial void Published(this ILogger log, QueueName queue, long bundles, long messages, long bytes);
}
