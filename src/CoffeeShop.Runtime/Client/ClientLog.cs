using Microsoft.Extensions.Logging;

namespace CoffeeShop.Client;

/// <summary>What a client logs. The first five actions are those of the documents.</summary>
internal static partial class ClientLog
{
    [LoggerMessage(3001, LogLevel.Information, "action: connect | result: success | client_id: {ClientId} | attempt: {Attempt}")]
    public static partial void Connected(ILogger logger, string clientId, int attempt);

    [LoggerMessage(3002, LogLevel.Warning, "action: connect | result: fail | client_id: {ClientId} | attempt: {Attempt} | error: {Error}")]
    public static partial void NotConnected(ILogger logger, string clientId, int attempt, string error);

    [LoggerMessage(3003, LogLevel.Information, "action: processing_file | file: {File}")]
    public static partial void ProcessingFile(ILogger logger, string file);

    [LoggerMessage(3013, LogLevel.Debug, "action: processing_file | file: {File}")]
    public static partial void ProcessingShownFile(ILogger logger, string file);

    [LoggerMessage(3004, LogLevel.Debug, "action: batch_enviado | result: success | table: {Table} | batch: {Batch}")]
    public static partial void BatchSent(ILogger logger, string table, long batch);

    [LoggerMessage(3005, LogLevel.Information, "action: send_finished | result: success | agencyId: {AgencyId}")]
    public static partial void Finished(ILogger logger, int agencyId);

    [LoggerMessage(3006, LogLevel.Warning, "action: connection_lost | client_id: {ClientId} | error: {Error}")]
    public static partial void ConnectionLost(ILogger logger, string clientId, string error);

    [LoggerMessage(3007, LogLevel.Information, "action: retry | client_id: {ClientId} | attempt: {Attempt} | wait_ms: {Wait}")]
    public static partial void Retrying(ILogger logger, string clientId, int attempt, long wait);

    [LoggerMessage(3008, LogLevel.Information, "action: session_begun | client_id: {ClientId} | session: {Session}")]
    public static partial void SessionBegun(ILogger logger, string clientId, string session);

    [LoggerMessage(3009, LogLevel.Information, "action: session_resumed | client_id: {ClientId} | session: {Session} | marks: {Marks}")]
    public static partial void SessionResumed(ILogger logger, string clientId, string session, string marks);

    [LoggerMessage(3010, LogLevel.Information, "action: session_completed | client_id: {ClientId} | session: {Session} | bytes: {Bytes}")]
    public static partial void SessionCompleted(ILogger logger, string clientId, string session, long bytes);

    [LoggerMessage(3011, LogLevel.Information, "action: session_cancelled | client_id: {ClientId} | session: {Session}")]
    public static partial void SessionCancelled(ILogger logger, string clientId, string session);

    [LoggerMessage(3012, LogLevel.Information, "action: wait | result: in_progress | client_id: {ClientId} | seconds: {Seconds} | server: {Server}")]
    public static partial void Waiting(ILogger logger, string clientId, long seconds, string server);
}
