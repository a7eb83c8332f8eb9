using CoffeeShop.Bus;
using CoffeeShop.Delivery;
using CoffeeShop.Observability;
using CoffeeShop.Protocol;
using CoffeeShop.Queries;
using CoffeeShop.Storage;
using CoffeeShop.Tables;

namespace CoffeeShop.Gateway;

/// <summary>
/// A connection of version 1. Its session begins with the first message, ends with FINISHED and is void without it. The
/// numbers of its client mean nothing, since they may begin again with every file: the gateway numbers what arrives.
/// </summary>
internal sealed class Version1Handler(GatewayContext gateway, ClientConnection connection, Acknowledgements acknowledgements)
    : VersionHandler(gateway, connection, acknowledgements)
{
    private Gathering? _gathering;
    private SessionEnds? _ends;
    private bool _cancelled;
    private int _shards;

    public override async ValueTask<bool> HandleAsync(Frame frame)
    {
        var message = frame.Read();
        if (!await TryBeginAsync(message, frame.Body.Length)) return true;
        switch (message)
        {
            case TableRows { Status: BatchStatus.Cancel }:
                await EndSessionAsync(SessionState.Cancelled, "The client cancelled it.");
                _cancelled = true;
                await Acknowledgements.AddAsync(Task.FromResult(BatchReceived.Success), frame.Body.Length);
                return false;
            case TableRows rows:
                await BatchAsync(rows, frame);
                return true;
            case EndOfTable end:
                await Acknowledgements.AddAsync(AnswerAsync(end.Table), frame.Body.Length);
                return true;
            case Finished finished:
                await FinishAsync(LabelOf(finished));
                return false;
            default:
                throw new ProtocolException($"Found opcode {frame.Opcode}, expected a message of version 1.");
        }
    }

    public override async Task EndAsync(Ending ending)
    {
        if (Active is not { } active) return;
        try
        {
            if (!HasFinished && !_cancelled)
                await EndSessionAsync(SessionState.Failed, ending.Code == ErrorCode.None ? "The client left before FINISHED." : ending.Text);
            if (_gathering!.Rejections is { Count: > 0 } rejections) GatewayLog.RowsRejected(Gateway.Log, active.Id, rejections.Count);
        }
        catch (StorageException e)
        {
            // The caretaker ends it when it sees that nobody is connected.
            GatewayLog.CareFailed(Gateway.Log, e.Message);
        }
        finally
        {
            Gateway.Rejections.End(active.Id);
            Gateway.Active.Leave(active);
        }
    }

    /// <summary>Begins the session with the first message. When that fails the message is answered so, and the next may begin it.</summary>
    private async ValueTask<bool> TryBeginAsync(IMessage message, long bytes)
    {
        if (Active is not null) return true;
        if (Gateway.Options is { Tokens: not null, AllowVersion1WithoutToken: false })
            throw new ProtocolException("Version 1 has no tokens, and this server asks for one.", ErrorCode.Unauthorized);
        CheckSessionLimit();
        var clientId = message is Finished finished ? LabelOf(finished) : "version-1";
        var session = new NewSession(
            NewSessionId(), Protocol: 1, clientId, Agency: null, ReadOnlyMemory<byte>.Empty, ReadOnlyMemory<byte>.Empty, new SessionPin(QueryOptions.Default, Gateway.Sessions.Shards));
        var active = new ActiveSession(session.Id, clientId, Connection);
        // Some clients never read their answers, or leave after FINISHED without them.
        Acknowledgements.GoesOnUnheard = true;
        // It is in the list before it is in the registry, so that the caretaker does not take it for one that was left behind.
        await Gateway.Active.EnterAsync(active);
        try
        {
            await Gateway.Sessions.CreateSessionAsync(session);
            FailPoint.SessionCreated.Hit();
        }
        catch (StorageException e)
        {
            Gateway.Active.Leave(active);
            GatewayLog.FrameFailed(Gateway.Log, session: null, table: null, e.Message);
            await Acknowledgements.AddAsync(Task.FromResult(BatchReceived.Failure), bytes);
            return false;
        }

        (Active, _shards) = (active, session.Pin.Shards);
        _gathering = new Gathering(Gateway, session.Id, _shards);
        _ends = new SessionEnds(Gateway, session.Id, _shards, Gateway.Limits.RepublishTime);
        GatewayLog.SessionRegistered(Gateway.Log, session.Id, clientId, session.Protocol, string.Join(' ', TableRegistry.All));
        return true;
    }

    private static string LabelOf(Finished finished) => $"agency-{finished.AgencyId}";

    private ValueTask BatchAsync(TableRows rows, Frame frame)
    {
        var bytes = frame.Body.Length + Frame.HeaderBytes;
        GatewayLog.DataReceived(Gateway.Log, Active!.Id, rows.Table, rows.Table.Opcode, rows.Count, rows.Status.ToString());
        var answer = _gathering!.Add(rows);
        Active.Count(rows.Count, bytes);
        return Acknowledgements.AddAsync(answer, bytes);
    }

    /// <summary>An end has no number: when it fails, the client is told so and may say it again.</summary>
    private async Task<BatchReceived> AnswerAsync(Table table)
    {
        try
        {
            await _ends!.SetAsync(table, await _gathering!.EndAsync(table));
            return BatchReceived.Success;
        }
        catch (Exception e) when (e is StorageException or BusException)
        {
            GatewayLog.FrameFailed(Gateway.Log, Session, table, e.Message);
            return BatchReceived.Failure;
        }
    }

    /// <summary>Ends the tables that are open. All that came before can no longer be lost by then.</summary>
    private async Task FinishAsync(string label)
    {
        Acknowledgements.Complete();
        await Acknowledgements.Answered.WaitAsync(Connection.Interrupted);
        await Gateway.Sessions.LabelSessionAsync(Active!.Id, label);
        // Those whose EOF failed are ended here too; the others have been told to everybody.
        foreach (var table in TableRegistry.All)
            if (!_ends!.HasSent(table)) await _ends.SetAsync(table, await _gathering!.EndAsync(table));
        HasFinished = true;
    }
}
