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

    [LoggerMessage(604, LogLevel.Error, "action: look_at_work | result: fail | member: {Member} | handled: {Handled} | error: a worker of this process does not go on")]
    public static partial void Stuck(this ILogger log, string member, long handled);

    [LoggerMessage(605, LogLevel.Warning, "action: member_dead | result: success | member: {Member} | role: {Role} | host: {Host} | process: {Process}")]
    public static partial void MemberDead(this ILogger log, string member, string role, string host, int process);

    [LoggerMessage(606, LogLevel.Information, "action: revive | result: success | member: {Member} | by: {By} | attempt: {Attempt}")]
    public static partial void Revived(this ILogger log, string member, string by, int attempt);

    [LoggerMessage(607, LogLevel.Error, "action: revive | result: fail | member: {Member} | attempt: {Attempt} | next_in_s: {Seconds} | error: {Error}")]
    public static partial void NotRevived(this ILogger log, string member, int attempt, double seconds, string error);

    [LoggerMessage(608, LogLevel.Information, "action: lead | result: success | monitor: {Monitor} | epoch: {Epoch}")]
    public static partial void Leads(this ILogger log, string monitor, long epoch);

    [LoggerMessage(609, LogLevel.Warning, "action: look_at_members | result: fail | error: {Error}")]
    public static partial void LookFailed(this ILogger log, string error);

    [LoggerMessage(610, LogLevel.Information, "action: lead | result: fail | monitor: {Monitor} | error: another monitor leads")]
    public static partial void LeadLost(this ILogger log, string monitor);

    [LoggerMessage(603, LogLevel.Information, "action: join_cluster | result: success | role: {Role} | member: {Member} | broker: {Broker} | shards: {Shards}")]
    public static partial void Joined(this ILogger log, string role, string member, string broker, int shards);

    [LoggerMessage(620, LogLevel.Warning, "action: join_cluster | result: in_progress | role: {Role} | attempt: {Attempt} | pause_ms: {Pause} | reason: {Reason}")]
    public static partial void JoiningAgain(this ILogger log, string role, int attempt, double pause, string reason);
}
