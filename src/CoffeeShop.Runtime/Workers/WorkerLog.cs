using CoffeeShop.Delivery;
using Microsoft.Extensions.Logging;

namespace CoffeeShop.Workers;

/// <summary>What workers log, in the form of the documents.</summary>
internal static partial class WorkerLog
{
    [LoggerMessage(301, LogLevel.Information, "action: worker_start | result: success | worker: {Worker}")]
    public static partial void Started(this ILogger log, string worker);

    [LoggerMessage(302, LogLevel.Information, "action: worker_stop | result: success | worker: {Worker}")]
    public static partial void Stopped(this ILogger log, string worker);

    [LoggerMessage(303, LogLevel.Warning, "action: worker_restart | result: in_progress | worker: {Worker} | pause_ms: {Pause} | reason: {Reason}")]
    public static partial void StartingOver(this ILogger log, string worker, double pause, string reason);

    [LoggerMessage(304, LogLevel.Error, "action: worker_stop | result: fail | worker: {Worker} | error: {Error}")]
    public static partial void Broken(this ILogger log, string worker, string error);

    [LoggerMessage(305, LogLevel.Information, "action: owner_recovered | result: success | worker: {Worker} | epoch: {Epoch} | sessions: {Sessions}")]
    public static partial void Recovered(this ILogger log, string worker, long epoch, int sessions);

    [LoggerMessage(306, LogLevel.Debug, "action: batch_filtered | result: success | session: {Session} | table: {Table} | batch: {Batch} | sender: gateway | messages: {Messages}")]
    public static partial void Filtered(this ILogger log, SessionId session, string table, long batch, int messages);

    [LoggerMessage(307, LogLevel.Debug, "action: message_received | result: success | session: {Session} | table: {Table} | batch: {Batch} | sender: {Sender} | worker: {Worker}")]
    public static partial void Received(this ILogger log, SessionId session, string table, long batch, string sender, string worker);

    [LoggerMessage(308, LogLevel.Debug, "action: group_committed | result: success | worker: {Worker} | messages: {Messages} | sessions: {Sessions}")]
    public static partial void Committed(this ILogger log, string worker, int messages, int sessions);

    [LoggerMessage(309, LogLevel.Information, "action: query_emitted | result: in_progress | session: {Session} | query: q{Query} | worker: {Worker} | bytes: {Bytes}")]
    public static partial void Emitting(this ILogger log, SessionId session, byte query, string worker, int bytes);

    [LoggerMessage(310, LogLevel.Information, "action: query_closed | result: success | session: {Session} | query: q{Query} | rows: {Rows} | bytes: {Bytes}")]
    public static partial void Closed(this ILogger log, SessionId session, byte query, long rows, long bytes);

    [LoggerMessage(311, LogLevel.Warning, "action: session_failed | result: success | session: {Session} | worker: {Worker} | reason: {Reason}")]
    public static partial void SessionFailed(this ILogger log, SessionId session, string worker, string reason);

    [LoggerMessage(312, LogLevel.Warning, "action: message_processing | result: fail | session: {Session} | table: {Table} | batch: {Batch} | worker: {Worker} | attempt: {Attempt} | error: {Error}")]
    public static partial void AttemptFailed(this ILogger log, SessionId session, string table, long batch, string worker, int attempt, string error);

    [LoggerMessage(313, LogLevel.Warning, "action: message_left | result: success | session: {Session} | worker: {Worker} | reason: another partition version")]
    public static partial void LeftForeign(this ILogger log, SessionId session, string worker);

    [LoggerMessage(314, LogLevel.Debug, "action: snapshot | result: success | session: {Session} | worker: {Worker} | sequence: {Sequence} | bytes: {Bytes}")]
    public static partial void Snapshotted(this ILogger log, SessionId session, string worker, long sequence, int bytes);

    [LoggerMessage(315, LogLevel.Information, "action: owner_recovered | result: in_progress | workers: {Workers}")]
    public static partial void Recovering(this ILogger log, string workers);

    /// <summary>Who sends messages of a kind, as the log calls it.</summary>
    public static string Sender(Message message) => message.Kind switch
    {
        MessageKind.Partials or MessageKind.Rows => "filter",
        MessageKind.Emission => $"shard.{message.Number - 1}",
        _ => "gateway",
    };
}
