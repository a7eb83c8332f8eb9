using Microsoft.Extensions.Logging;

namespace CoffeeShop.Cluster;

internal static partial class ClusterLog
{
    [LoggerMessage(600, LogLevel.Warning, "action: report | result: fail | member: {Member} | error: {Error}")]
    public static partial void ReportFailed(this ILogger log, string member, string error);

    [LoggerMessage(601, LogLevel.Information, "action: declare_topology | result: success | broker: {Broker} | shards: {Shards}")]
    public static partial void TopologyDeclared(this ILogger log, string broker, int shards);

    [LoggerMessage(602, LogLevel.Error, "action: declare_topology | result: in_progress | broker: {Broker} | missing: {Missing} | sessions_failed: {Sessions}")]
    public static partial void QueueVanished(this ILogger log, string broker, string missing, int sessions);

    [LoggerMessage(603, LogLevel.Information, "action: join_cluster | result: success | role: {Role} | member: {Member} | broker: {Broker} | shards: {Shards}")]
    public static partial void Joined(this ILogger log, string role, string member, string broker, int shards);

    [LoggerMessage(604, LogLevel.Warning, "action: join_cluster | result: in_progress | role: {Role} | attempt: {Attempt} | pause_ms: {Pause} | reason: {Reason}")]
    public static partial void JoiningAgain(this ILogger log, string role, int attempt, double pause, string reason);
}
