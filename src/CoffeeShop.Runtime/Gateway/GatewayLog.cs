using System.Net;
using CoffeeShop.Delivery;
using CoffeeShop.Tables;
using Microsoft.Extensions.Logging;

namespace CoffeeShop.Gateway;

/// <summary>What a gateway tells, in the words of the documents. Ids 1000 to 1099.</summary>
internal static partial class GatewayLog
{
    [LoggerMessage(1000, LogLevel.Information, "action: listen | result: success | address: {Address} | http: {Http} | encrypted: {Encrypted}")]
    public static partial void Listening(ILogger log, IPEndPoint address, IPEndPoint http, bool encrypted);

    [LoggerMessage(1001, LogLevel.Warning, "action: listen | result: warning | address: {Address} | reason: anybody who reaches this address may send and read; give --tokens, or bind to 127.0.0.1")]
    public static partial void ListeningWithoutTokens(ILogger log, IPEndPoint address);

    [LoggerMessage(1002, LogLevel.Information, "action: accept_connections | result: success | ip: {Ip}")]
    public static partial void Accepted(ILogger log, IPAddress ip);

    [LoggerMessage(1003, LogLevel.Warning, "action: accept_connections | result: fail | ip: {Ip} | reason: too many connections")]
    public static partial void TooManyConnections(ILogger log, EndPoint? ip);

    [LoggerMessage(1004, LogLevel.Debug, "action: receive_message | result: success | ip: {Ip} | opcode: {Opcode}")]
    public static partial void Received(ILogger log, IPAddress ip, byte opcode);

    [LoggerMessage(1005, LogLevel.Warning, "action: receive_message | result: fail | ip: {Ip} | session: {Session} | error: {Error}")]
    public static partial void BrokeProtocol(ILogger log, IPAddress ip, SessionId? session, string error);

    [LoggerMessage(1006, LogLevel.Information, "action: close_connection | result: success | ip: {Ip} | session: {Session} | reason: {Reason}")]
    public static partial void Closed(ILogger log, IPAddress ip, SessionId? session, string reason);

    [LoggerMessage(1007, LogLevel.Error, "action: receive_message | result: fail | ip: {Ip} | session: {Session}")]
    public static partial void Mistake(ILogger log, IPAddress ip, SessionId? session, Exception exception);

    [LoggerMessage(1008, LogLevel.Warning, "action: authenticate | result: fail | ip: {Ip} | client_id: {ClientId}")]
    public static partial void Refused(ILogger log, IPAddress ip, string clientId);

    [LoggerMessage(1009, LogLevel.Warning, "action: dump_message | result: fail | error: {Error}")]
    public static partial void DumpFailed(ILogger log, string error);

    [LoggerMessage(1010, LogLevel.Debug, "action: data_message_received | session: {Session} | table: {Table} | opcode: {Opcode} | amount: {Amount} | status: {Status}")]
    public static partial void DataReceived(ILogger log, SessionId session, Table table, byte opcode, int amount, string status);

    [LoggerMessage(1011, LogLevel.Debug, "action: create_data_batch | session: {Session} | table: {Table} | batch: {Batch} | original_rows: {Original} | filtered_rows: {Filtered}")]
    public static partial void BatchCreated(ILogger log, SessionId session, Table table, long batch, int original, int filtered);

    [LoggerMessage(1012, LogLevel.Debug, "action: batch_filtered | session: {Session} | table: {Table} | original_count: {Original} | filtered_count: {Filtered}")]
    public static partial void BatchFiltered(ILogger log, SessionId session, Table table, int original, int filtered);

    [LoggerMessage(1013, LogLevel.Warning, "action: message_processing | result: fail | session: {Session} | table: {Table} | error: {Error}")]
    public static partial void FrameFailed(ILogger log, SessionId? session, Table? table, string error);

    [LoggerMessage(1014, LogLevel.Warning, "action: rows_rejected | session: {Session} | rejected: {Rejected}")]
    public static partial void RowsRejected(ILogger log, SessionId session, long rejected);

    [LoggerMessage(1015, LogLevel.Debug, "action: row_rejected | session: {Session} | table: {Table} | batch: {Batch} | row: {Row} | column: {Column}")]
    public static partial void RowRejected(ILogger log, SessionId session, Table table, long batch, int row, string column);

    [LoggerMessage(1020, LogLevel.Information, "action: eof_session_registered | session: {Session} | client_id: {ClientId} | version: {Version} | tables: {Tables}")]
    public static partial void SessionRegistered(ILogger log, SessionId session, string clientId, byte version, string tables);

    [LoggerMessage(1021, LogLevel.Information, "action: session_resumed | session: {Session} | client_id: {ClientId}")]
    public static partial void SessionResumed(ILogger log, SessionId session, string clientId);

    [LoggerMessage(1022, LogLevel.Information, "action: eof_received | session: {Session} | table: {Table} | batches: {Batches}")]
    public static partial void EndReceived(ILogger log, SessionId session, Table table, long batches);

    [LoggerMessage(1023, LogLevel.Information, "action: eof_waiting | session: {Session} | tables: {Tables}")]
    public static partial void EndsAwaited(ILogger log, SessionId session, string tables);

    [LoggerMessage(1024, LogLevel.Information, "action: eof_session_completed | session: {Session} | tables: {Tables}")]
    public static partial void AllEndsReceived(ILogger log, SessionId session, string tables);

    [LoggerMessage(1025, LogLevel.Information, "action: eof_sent | session: {Session} | table: {Table} | batches: {Batches} | destinations: {Destinations}")]
    public static partial void EndSent(ILogger log, SessionId session, Table table, long batches, string destinations);

    [LoggerMessage(1026, LogLevel.Information, "action: result_sent | result: success | session: {Session} | bytes: {Bytes}")]
    public static partial void ResultSent(ILogger log, SessionId session, long bytes);

    [LoggerMessage(1027, LogLevel.Information, "action: session_ended | session: {Session} | state: {State} | reason: {Reason}")]
    public static partial void SessionEnded(ILogger log, SessionId session, SessionState state, string reason);

    [LoggerMessage(1030, LogLevel.Information, "action: progress | session: {Session} | client_id: {ClientId} | batches: {Batches} | rows: {Rows} | bytes: {Bytes}")]
    public static partial void Progress(ILogger log, SessionId session, string clientId, long batches, long rows, long bytes);

    [LoggerMessage(1031, LogLevel.Warning, "action: session_repair | result: in_progress | session: {Session} | reason: {Reason}")]
    public static partial void Repairing(ILogger log, SessionId session, string reason);

    [LoggerMessage(1032, LogLevel.Warning, "action: session_care | result: fail | error: {Error}")]
    public static partial void CareFailed(ILogger log, string error);

    [LoggerMessage(1035, LogLevel.Error, "action: session_care | result: fail")]
    public static partial void CareMistake(ILogger log, Exception exception);

    [LoggerMessage(1033, LogLevel.Information, "action: purge | result: success | sessions: {Sessions}")]
    public static partial void Purged(ILogger log, int sessions);

    [LoggerMessage(1034, LogLevel.Information, "action: shutdown | result: in_progress | connections: {Connections}")]
    public static partial void Stopping(ILogger log, int connections);
}
