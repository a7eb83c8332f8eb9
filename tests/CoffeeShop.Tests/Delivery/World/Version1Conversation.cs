using System.Diagnostics.CodeAnalysis;
using CoffeeShop.Bus;
using CoffeeShop.Delivery;
using CoffeeShop.Storage;
using CoffeeShop.Tables;

namespace CoffeeShop.Tests.Delivery.World;

/// <summary>A conversation of version 1: the gateway numbers what arrives, and publishes it under its number until it is confirmed.</summary>
internal sealed class Version1Conversation(WorldState world, WorldGateway gateway, WorldConnection connection) : WorldConversation(world, gateway, connection)
{
    private readonly ArrivalNumbering _numbering = new();
    private readonly HashSet<Table> _ended = [];
    private readonly List<Task> _published = [];
    private bool _isFinishing;

    protected override bool TryBegin([NotNullWhen(true)] out Task? work)
    {
        if (!_isFinishing) return base.TryBegin(out work);
        work = !HasFinished && IsAllAnswered ? FinishAsync() : null;
        return work is not null;
    }

    protected override async Task HandleAsync(ClientFrame frame)
    {
        switch (frame)
        {
            case ClientFrame.Batch { Message: var message }:
                var published = BatchAsync(message);
                _published.Add(published);
                AnswerWhen(message, published);
                break;
            case ClientFrame.End end:
                await SetAsync(end.Table);
                break;
            case ClientFrame.Finished:
                _isFinishing = true;
                break;
        }
    }

    protected override void Leave()
    {
        if (HasFinished) return;
        Connection.Client.IsExcused = true;
        _ = Gateway.EndAsync(Session.Id, SessionState.Failed, "The client left before FINISHED.");
    }

    private async Task BatchAsync(Message message)
    {
        var (table, hash) = (message.Input.Table!, message.Hash);
        var numbered = message with { Number = _numbering.Assign(table, hash) };
        while (true)
        {
            try
            {
                await PublishAsync(numbered);
                return;
            }
            catch (BusException) when (!IsOver)
            {
                if (World.Mutant == Mutant.Version1ResendRenumbered && !_numbering.HasEnded(table)) numbered = numbered with { Number = _numbering.Assign(table, hash) };
            }
        }
    }

    /// <summary>An end that fails is said again by FINISHED.</summary>
    private async Task SetAsync(Table table)
    {
        try
        {
            var end = _numbering.End(table);
            if (World.Mutant != Mutant.Version1EndBeforeItsBatches) await Task.WhenAll(_published);
            await EndAsync(table, end);
            _ended.Add(table);
        }
        catch (Exception e) when (e is BusException or StorageException)
        {
            // The client is told so.
        }
    }

    private async Task FinishAsync()
    {
        foreach (var table in TableRegistry.All)
        {
            if (_ended.Contains(table)) continue;
            await EndAsync(table, _numbering.End(table));
            _ended.Add(table);
        }

        HasFinished = true;
        Connection.Close();
    }
}
