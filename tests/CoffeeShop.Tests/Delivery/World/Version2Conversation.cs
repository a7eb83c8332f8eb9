using System.Diagnostics.CodeAnalysis;
using CoffeeShop.Delivery;
using CoffeeShop.Gateway;
using CoffeeShop.Storage;
using CoffeeShop.Tables;

namespace CoffeeShop.Tests.Delivery.World;

/// <summary>A conversation of version 2.</summary>
internal sealed class Version2Conversation(WorldState world, WorldGateway gateway, WorldConnection connection) : WorldConversation(world, gateway, connection), IDisposable
{
    private BatchNumbering? _numbering;
    private SessionMarks? _marks;
    private ResultSource? _result;
    private int _delivered = -1;

    public void Dispose() => _result?.Dispose();

    protected override bool TryBegin([NotNullWhen(true)] out Task? work)
    {
        if (_marks is not null && World.Dice.OneIn(4) && _marks.TakeRisen() is { } risen) _ = RaiseAsync(risen);
        if (base.TryBegin(out work)) return true;
        work = HasFinished && IsAllAnswered && !Connection.IsCut && _delivered != World.Database.Commits ? DeliverAsync() : null;
        return work is not null;
    }

    protected override async Task HandleAsync(ClientFrame frame)
    {
        switch (frame)
        {
            case ClientFrame.Hello hello:
                Gateway.Enter(this);
                var record = await Gateway.Storage.FindSessionAsync(Session.Id);
                if (record is not { State: SessionState.Open or SessionState.Complete }) throw Refuse();
                var marks = record.State == SessionState.Complete ? record.Ends.ToDictionary(end => end.Key, end => end.Value.Last) : record.Marks;
                (_numbering, _marks) = (new BatchNumbering(marks, record.Ends), new SessionMarks(marks));
                _result = new ResultSource(Gateway.Storage, Session.Id, hello.Offset, bytesMax: 0);
                Connection.Say(new ServerFrame.Welcome(marks));
                break;
            case ClientFrame.Cancel:
                await Gateway.Storage.EndSessionAsync(Session.Id, SessionState.Cancelled, "The client cancelled it.");
                throw Refuse();
            case ClientFrame.Batch { Message: var message }:
                Check(_numbering!.Batch(message.Input.Table!, message.Number));
                if (World.Mutant == Mutant.ResumeMarkThatLeads) _marks!.Confirm(message.Input.Table!, message.Number);
                AnswerWhen(message, ConfirmAsync(message));
                break;
            case ClientFrame.End end:
                var numbered = _numbering!.End(end.Table, end.TableEnd);
                if (numbered.Verdict != NumberVerdict.Conflict) Check(numbered);
                AnswerWhen(new Message(Session.Id, Input.Of(end.Table), MessageKind.End, end.TableEnd.Last, end.TableEnd.HashSum, default), EndAsync(end.Table, end.TableEnd));
                break;
            case ClientFrame.Finished:
                Assert.Empty(_numbering!.Unfinished);
                HasFinished = true;
                break;
        }
    }

    /// <summary>What it knows is written if that is possible, and lags otherwise.</summary>
    protected override void Leave()
    {
        if (_marks?.TakeRisen() is { } risen) _ = RaiseAsync(risen);
    }

    private async Task ConfirmAsync(Message message)
    {
        await PublishAsync(message);
        _marks!.Confirm(message.Input.Table!, message.Number);
    }

    private async Task RaiseAsync(IReadOnlyDictionary<Table, long> marks)
    {
        try
        {
            await Gateway.Storage.RaiseMarksAsync(Session.Id, marks);
        }
        catch (StorageException)
        {
            // They lag.
        }
    }

    private async Task DeliverAsync()
    {
        _delivered = World.Database.Commits;
        var record = await Gateway.Storage.FindSessionAsync(Session.Id);
        if (record is not { State: SessionState.Open or SessionState.Complete }) throw Refuse();
        while (await _result!.ReadAsync(record.Closed) is { } parts)
            foreach (var part in parts) Connection.Say(new ServerFrame.Result(part));
        if (record.State != SessionState.Complete || !_result.IsWhole) return;
        Connection.Say(new ServerFrame.SessionEnd(_result.Length));
        HasFinished = false;
    }

    private WorldRefusal Refuse()
    {
        Connection.Say(new ServerFrame.Ended());
        return new WorldRefusal();
    }

    private static void Check(Numbered numbered) =>
        Assert.True(numbered.Verdict is NumberVerdict.Next or NumberVerdict.Again, $"a gateway refuses what its client may send: {numbered.Problem}");
}
