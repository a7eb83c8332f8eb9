using System.Buffers;
using CoffeeShop.Delivery;
using CoffeeShop.Protocol;
using CoffeeShop.Queries;
using CoffeeShop.Storage;
using CoffeeShop.Tables;

namespace CoffeeShop.Gateway;

/// <summary>
/// Sends a client its result from where it has it: whatever there is without a gap, as it comes, and at the end what the
/// whole file must be. The storage is asked less often while nothing comes.
/// </summary>
internal sealed class ResultDelivery(GatewayContext gateway, ClientConnection connection, ActiveSession session)
{
    private long _progressAt;

    /// <summary>Sends until everything is sent, or the session has ended otherwise.</summary>
    /// <param name="offset">How many bytes the client has.</param>
    /// <returns>How the connection ends.</returns>
    public async Task<Ending> RunAsync(long offset)
    {
        _progressAt = gateway.Clock.GetTimestamp();
        using var result = new ResultSource(gateway.Sessions, session.Id, offset, gateway.Limits.ResultBytes);
        for (var interval = gateway.Limits.ResultInterval; ; interval = TimeSpan.FromTicks(Math.Min(2 * interval.Ticks, gateway.Limits.ResultIntervalMax.Ticks)))
        {
            var record = await gateway.Sessions.FindSessionAsync(session.Id);
            if (record is not { State: SessionState.Open or SessionState.Complete }) return EndingOf(record);
            while (await result.ReadAsync(record.Closed) is { } parts)
            {
                foreach (var part in parts) await SendAsync(part);
                interval = gateway.Limits.ResultInterval;
            }

            if (record.State == SessionState.Complete && result.IsWhole) return await EndAsync(record, result, offset);
            await TellProgressAsync(record);
            await Task.Delay(interval, gateway.Clock, connection.Interrupted);
        }
    }

    private async Task SendAsync(ResultPiece part)
    {
        for (var sent = 0; sent < part.Bytes.Length;)
        {
            var bytes = part.Bytes.Slice(sent, Math.Min(gateway.Limits.ResultBytes, part.Bytes.Length - sent));
            FrameWriter.Write(connection.Output, new ResultPart(part.Offset + sent, new ReadOnlySequence<byte>(bytes)));
            await connection.FlushAsync(gateway.Limits.WriteTime);
            sent += bytes.Length;
        }
    }

    private async Task<Ending> EndAsync(SessionRecord record, ResultSource result, long offset)
    {
        if (offset > result.Length)
            return new Ending(ErrorCode.ChangedInput, $"The client has {offset} bytes of a result of {result.Length}; remove what it has, and resume.");
        var rows = QueryRegistry.All.Select(query => new QueryRows(query.Id, record.Closed[query.Id].Rows));
        FrameWriter.Write(connection.Output, new SessionEnd(record.State, result.Length, result.TakeHash(), Rejected: 0, [.. rows]));
        await connection.FlushAsync(gateway.Limits.WriteTime);
        GatewayLog.ResultSent(gateway.Log, session.Id, result.Length);
        return Ending.Done;
    }

    private async Task TellProgressAsync(SessionRecord record)
    {
        if (gateway.Clock.GetElapsedTime(_progressAt) < gateway.Limits.ProgressInterval) return;
        _progressAt = gateway.Clock.GetTimestamp();
        var marks = session.Marks!.Now;
        FrameWriter.Write(connection.Output, new ServerProgress(
            [.. TableRegistry.All.Select(table => new TableMark(table, marks[table]))], record.Progress, (byte)record.Closed.Count, (byte)QueryRegistry.All.Length));
        await connection.FlushAsync(gateway.Limits.WriteTime);
    }

    private static Ending EndingOf(SessionRecord? record)
    {
        var why = Ending.Of(record);
        return new Ending(why.Code, why.Message);
    }
}
