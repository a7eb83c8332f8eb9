using System.Diagnostics.CodeAnalysis;
using CoffeeShop.Bus;
using CoffeeShop.Delivery;
using CoffeeShop.Storage;
using CoffeeShop.Tables;

namespace CoffeeShop.Tests.Delivery.World;

/// <summary>A connection as its gateway handles it: one frame after the other, and answers in the order of the frames.</summary>
internal abstract class WorldConversation(WorldState world, WorldGateway gateway, WorldConnection connection)
{
    private readonly Queue<(Message Message, Task Published)> _answers = new();
    private Task _work = Task.CompletedTask;

    public WorldSession Session => connection.Client.Session;

    public bool IsOver { get; private set; }

    protected WorldState World => world;

    protected WorldGateway Gateway => gateway;

    protected WorldConnection Connection => connection;

    protected bool HasFinished { get; set; }

    protected bool IsAllAnswered => _answers.Count == 0;

    public bool Step()
    {
        if (IsOver) return false;
        if (_work.IsFaulted || (_answers.TryPeek(out var answer) && answer.Published.IsFaulted))
        {
            var failure = (_work.Exception ?? _answers.Peek().Published.Exception)!.InnerException!;
            if (failure is not (BusException or StorageException or WorldRefusal)) throw new InvalidOperationException($"{gateway} made a mistake: {failure.Message}", failure);
            End();
            return true;
        }

        if (answer.Published is { IsCompleted: true })
        {
            _answers.Dequeue();
            world.CheckAnswer(connection.Client, answer.Message);
            connection.Say(new ServerFrame.Success());
            return true;
        }

        if (!_work.IsCompleted) return false;
        if (TryBegin(out var work)) _work = work;
        else if (connection.IsCut) End();
        else return false;
        return true;
    }

    /// <summary>It ends, and its client will find out.</summary>
    public void End()
    {
        if (IsOver) return;
        IsOver = true;
        connection.Close();
        Leave();
    }

    /// <summary>Its process is gone.</summary>
    public void Lose()
    {
        IsOver = true;
        connection.Cut();
        connection.Client.IsExcused = true;
    }

    /// <summary>Begins what there is to do.</summary>
    protected virtual bool TryBegin([NotNullWhen(true)] out Task? work)
    {
        work = connection.Up.TryDequeue(out var frame) ? HandleAsync(frame) : null;
        return work is not null;
    }

    protected abstract Task HandleAsync(ClientFrame frame);

    protected abstract void Leave();

    protected void AnswerWhen(Message message, Task published) => _answers.Enqueue((message, published));

    /// <summary>Publishes a batch to wherever it goes first. One that is poisoned is damaged there.</summary>
    protected Task PublishAsync(Message message)
    {
        if (world.Mutant == Mutant.NoHashSum) message = message with { Hash = 0 };
        if (connection.Client is not { Guilt: Guilt.Poison, Victim: { } victim } || victim.Number != message.Number || victim.Input != message.Input)
            return gateway.Bus.PublishAsync(message, world.Shards);
        QueueName[] queues = Topology.PassesFilter(message.Input.Table!) ? [QueueName.Filter] : [.. Topology.DestinationsOf(message.Input.Table!, world.Shards).Select(QueueName.Of)];
        return Task.WhenAll(queues.Select(queue => gateway.Bus.PublishAsync(queue, new BusMessage(message.Session, message.Hash, new byte[] { 1, 2, 3 }))));
    }

    /// <summary>Sets the end of a table once, and then tells everybody who waits for it.</summary>
    protected async Task EndAsync(Table table, TableEnd end)
    {
        switch (await gateway.Storage.SetEndAsync(Session.Id, table, end))
        {
            case EndOutcome.Conflict:
                await gateway.Storage.EndSessionAsync(Session.Id, SessionState.Failed, $"Two different ends were said for {table}.");
                throw new WorldRefusal();
            case EndOutcome.NotOpen:
                if (await gateway.Storage.FindSessionAsync(Session.Id) is not { State: SessionState.Complete }) throw new WorldRefusal();
                return;
            default:
                await gateway.Bus.PublishAsync(new Message(Session.Id, Input.Of(table), MessageKind.End, end.Last, world.SumOf(end.HashSum), default), world.Shards);
                return;
        }
    }
}

/// <summary>A gateway refuses what a client says, or has nothing more to say to it.</summary>
internal sealed class WorldRefusal : Exception;
