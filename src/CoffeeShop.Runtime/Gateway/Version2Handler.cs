using System.Buffers;
using CoffeeShop.Delivery;
using CoffeeShop.Protocol;
using CoffeeShop.Storage;
using CoffeeShop.Tables;

namespace CoffeeShop.Gateway;

/// <summary>A connection of version 2: HELLO, batches, ends, FINISHED, and then the result.</summary>
internal sealed class Version2Handler(GatewayContext gateway, ClientConnection connection, Acknowledgements acknowledgements)
    : VersionHandler(gateway, connection, acknowledgements)
{
    private readonly Dictionary<Table, Batch> _batches = [];
    private byte[] _buffer = [];
    private OpenedSession? _opened;
    private SessionEnds? _ends;
    private BatchNumbering? _numbering;
    private Task _delivery = Task.CompletedTask;
    private long _repeatedBytes;

    public override async ValueTask<bool> HandleAsync(Frame frame)
    {
        if (_opened is null)
        {
            await WelcomeAsync((Hello)frame.Read());
            return true;
        }

        switch (frame.Read())
        {
            case Columns { Status: BatchStatus.Cancel }:
                throw await CancelAsync();
            case Columns columns when !HasFinished:
                await BatchAsync(columns, frame.Body.Length + Frame.HeaderBytes);
                return true;
            case EndOfTable end when !HasFinished:
                await EndAsync(end, frame.Body.Length + Frame.HeaderBytes);
                return true;
            case Finished when !HasFinished:
                Finish();
                return true;
            case Hello:
                throw new ProtocolException("Found a second HELLO, expected it once.");
            case TableRows rows:
                throw new ProtocolException($"Found a batch of version 1 of {rows.Table}, expected COLUMNS.");
            default:
                throw new ProtocolException("Found another message after FINISHED, expected none but a cancellation.");
        }
    }

    public override async Task EndAsync(Ending ending)
    {
        try
        {
            // A mistake of ours is thrown here, to be logged.
            await _delivery;
        }
        finally
        {
            if (Active is { } active)
            {
                await WriteMarksAsync(active);
                Gateway.Active.Leave(active);
            }
        }
    }

    private async Task WelcomeAsync(Hello hello)
    {
        var opening = new SessionOpening(Gateway, Connection);
        _opened = await opening.OpenAsync(hello, NewSessionId, CheckSessionLimit, active => Active = active);
        var record = _opened.Record;
        // What is complete has taken in everything, whatever the marks say.
        var marks = record.State == SessionState.Complete ? record.Ends.ToDictionary(end => end.Key, end => end.Value.Last) : record.Marks;
        Active!.Marks = new SessionMarks(marks);
        _numbering = new BatchNumbering(marks, record.Ends);
        _ends = new SessionEnds(Gateway, record.Session.Id, record.Session.Pin.Shards, republishTime: TimeSpan.Zero, _opened.IsForeign);
        // A client that waits for long hears that the server is there; the storage, which may be what is in trouble, is not asked.
        Acknowledgements.Meanwhile = () => ResultDelivery.ProgressOf(Active.Marks, applied: 0, closed: 0);
        FrameWriter.Write(Connection.Output, new Welcome(
            new SessionKey(record.Session.Id, _opened.Secret),
            [.. TableRegistry.All.Select(table => new TableMark(table, marks.GetValueOrDefault(table)))]));
        await Connection.FlushAsync(Gateway.Limits.WriteTime);
    }

    private ValueTask BatchAsync(Columns columns, long bytes)
    {
        var (table, session) = (columns.Table, Active!.Id);
        Check(_numbering!.Batch(table, columns.Number));
        var rows = Contiguous(columns.Rows);
        if (ContentHash.Of(rows.Span) is var hash && hash != columns.Hash)
            throw new ProtocolException($"{table} batch {columns.Number}: found the content hash {columns.Hash:x16}, expected {hash:x16} of what came.");
        if (!_batches.TryGetValue(table, out var batch)) _batches[table] = batch = new Batch(table);
        ColumnarCodec.Read(rows.Span, batch);
        Active.Count(batch.Count, bytes);
        GatewayLog.DataReceived(Gateway.Log, session, table, Opcode.Columns, batch.Count, columns.Status.ToString());
        GatewayLog.BatchCreated(Gateway.Log, session, table, columns.Number, batch.Count, batch.Count);
        var isRepeated = IsRepeated(bytes);
        var publishing = Gateway.Publisher.PublishAsync(
            new Message(session, Input.Of(table), MessageKind.Batch, columns.Number, columns.Hash, rows), _opened!.Record.Session.Pin.Shards, republishTime: TimeSpan.Zero, isRepeated);
        return Acknowledgements.AddAsync(ConfirmAsync(publishing, table, columns.Number, isRepeated), bytes);
    }

    /// <summary>
    /// Whether a batch may have been on its way when an earlier process died: of those above the marks, as many as can be on their
    /// way at once. Their marks are written at once, so that a batch that ends the process sooner or later is among them.
    /// </summary>
    private bool IsRepeated(long bytes)
    {
        if (!_opened!.IsForeign || _repeatedBytes >= Gateway.Limits.InFlightBytes) return false;
        _repeatedBytes += bytes;
        return true;
    }

    private async Task<BatchReceived> ConfirmAsync(Task publishing, Table table, long number, bool isRepeated)
    {
        var answer = await AnswerAsync(publishing);
        Active!.Marks!.Confirm(table, number);
        if (isRepeated) await WriteMarksAsync(Active);
        return answer;
    }

    /// <summary>Cancels the session, unless it has ended otherwise meanwhile.</summary>
    /// <returns>What the client is told of how its session has ended.</returns>
    private async Task<ProtocolException> CancelAsync() => await EndSessionAsync(SessionState.Cancelled, "The client cancelled it.")
        ? new ProtocolException("The session was cancelled.", ErrorCode.SessionCancelled)
        : Ending.Of(await Gateway.Sessions.FindSessionAsync(Active!.Id));

    private async ValueTask EndAsync(EndOfTable message, long bytes)
    {
        if (message.HashSum is not { } sum) throw new ProtocolException($"EOF of {message.Table}: found no hash_sum, expected it in version 2.");
        var end = new TableEnd(message.Number, sum);
        var numbered = _numbering!.End(message.Table, end);
        if (numbered.Verdict == NumberVerdict.Conflict) throw await _ends!.FailAsync(message.Table, end);
        Check(numbered);
        await Acknowledgements.AddAsync(AnswerAsync(_ends!.SetAsync(message.Table, end)), bytes);
    }

    private void Finish()
    {
        if (_numbering!.Unfinished is { Count: > 0 } unfinished)
            throw new ProtocolException($"FINISHED: found no EOF of {string.Join(", ", unfinished)}, expected one of every table before.");
        HasFinished = true;
        Acknowledgements.Complete();
        _delivery = DeliverAsync();
    }

    /// <summary>Delivers the result beside the reading, which goes on to hear of a cancellation or of the client's leaving. Its end ends the reading.</summary>
    private async Task DeliverAsync()
    {
        var ending = Ending.InTrouble;
        try
        {
            await Acknowledgements.Answered.WaitAsync(Connection.Interrupted);
            // From here on a client that comes back has nothing to send again but the ends.
            await WriteMarksAsync(Active!);
            ending = await new ResultDelivery(Gateway, Connection, Active!).RunAsync(_opened!.ResultOffset);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The connection is interrupted already, or the client is gone.
            ending = Ending.Left;
        }
        catch (StorageException e)
        {
            GatewayLog.FrameFailed(Gateway.Log, Session, table: null, e.Message);
        }
        finally
        {
            Connection.Interrupt(ending.Code, ending.Text);
        }
    }

    private async Task WriteMarksAsync(ActiveSession active)
    {
        if (active.Marks?.TakeRisen() is not { } marks) return;
        try
        {
            await Gateway.Sessions.RaiseMarksAsync(active.Id, marks);
        }
        catch (StorageException e)
        {
            // The marks lag, and the client sends a little more again.
            GatewayLog.CareFailed(Gateway.Log, e.Message);
        }
    }

    private static void Check(Numbered numbered)
    {
        if (numbered.Verdict == NumberVerdict.Error) throw new ProtocolException(numbered.Problem!);
    }

    private ReadOnlyMemory<byte> Contiguous(ReadOnlySequence<byte> rows)
    {
        if (rows.IsSingleSegment) return rows.First;
        rows.AsSpan(ref _buffer);
        return _buffer.AsMemory(0, (int)rows.Length);
    }
}
