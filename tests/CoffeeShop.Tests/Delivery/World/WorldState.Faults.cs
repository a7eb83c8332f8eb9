using CoffeeShop.Delivery;
using CoffeeShop.Queries;

namespace CoffeeShop.Tests.Delivery.World;

/// <content>What goes wrong, and the wrong rules of mutants.</content>
internal sealed partial class WorldState
{
    /// <summary>A process has just had an effect, and does not know it yet: it may never know.</summary>
    public void Disturb(WorldProcess process)
    {
        // Clients wait for a gateway alone, so it is there that most is in the balance.
        var isGateway = process is WorldGateway;
        if (!Bus.IsBroker)
        {
            if (Dice.Goes(Faults.Crash, isGateway ? 12 : 200)) LosePower();
        }
        else if (Dice.Goes(Faults.Crash, isGateway ? 10 : 60))
        {
            Crash(process);
        }
        else if (Dice.Goes(Faults.Pause, 50) && !process.IsPaused)
        {
            Pause(process);
        }
    }

    private void Disturb()
    {
        var process = Dice.Pick(_processes);
        var client = Dice.Pick(_clients);
        switch (Dice.Next(12))
        {
            case 0 or 1 when Goes(Faults.Crash):
                if (Bus.IsBroker) Crash(process);
                else if (Dice.OneIn(3)) LosePower();
                break;
            case 2 or 3 when Goes(Faults.Pause) && Bus.IsBroker && !process.IsPaused:
                Pause(process);
                break;
            case 4 or 5 when Goes(Faults.LostSubscription):
                Unsubscribe();
                break;
            case 6 when Goes(Faults.LostSubscription) && Bus.IsBroker && Dice.OneIn(4):
                RestartBroker();
                break;
            case 7 or 8 when Goes(Faults.CutConnection) && client.Connection is { IsCut: false } connection && (client.Protocol == 2 || Dice.OneIn(6)):
                if (IsTold) Tell($"the connection of session {NumberOf(client.Session.Id)} is cut");
                connection.Cut();
                client.IsExcused = true;
                break;
            case 9 when Goes(Faults.End) && Dice.OneIn(8):
                End(client);
                break;
            case 10 when Goes(Faults.Forget):
                Database.Purge();
                break;
            case 11:
                Dice.Pick(_owners).IsLookDue = true;
                if (Dice.OneIn(4)) Repair(Database.Sessions[client.Session.Id]);
                break;
        }
    }

    private bool Goes(Faults wrong) => (Dice.Allowed & wrong) != Faults.None;

    private void Pause(WorldProcess process)
    {
        if (IsTold) Tell($"{process} is paused");
        process.Pause();
    }

    private void Crash(WorldProcess process)
    {
        if (IsTold) Tell($"{process} crashes");
        process.Crash();
    }

    /// <summary>The single server dies: only the database is left.</summary>
    private void LosePower()
    {
        if (IsTold) Tell("the server crashes");
        foreach (var process in _processes) process.Crash();
        Bus.Clear();
    }

    /// <summary>The bus gives a consumer up: the next one is served, while this one goes on with what it has.</summary>
    private void Unsubscribe()
    {
        var queue = Dice.Pick(Bus.Queues);
        if (queue.Consumers.Count == 0) return;
        // Mostly one that does not answer.
        var lost = queue.Consumers.Find(consumer => consumer.Process.IsPaused) ?? Dice.Pick(queue.Consumers);
        if (!Bus.IsBroker && lost.Process is OwnerProcess or FilterProcess && !Dice.OneIn(3)) return;
        if (IsTold) Tell($"{lost.Process} loses its subscription");
        Bus.End(lost);
    }

    /// <summary>Queues outlive it; who consumes them, and what is on its way, does not.</summary>
    private void RestartBroker()
    {
        if (IsTold) Tell("the broker restarts");
        foreach (var consumer in Bus.Queues.SelectMany(queue => queue.Consumers).ToList()) Bus.End(consumer);
        Bus.LoseAllOnTheWay();
    }

    private void WakeSomebody()
    {
        if (_processes.Find(process => process.IsPaused) is not { } process) return;
        if (IsTold) Tell($"{process} wakes up");
        process.Wake();
    }

    private void End(WorldClient client)
    {
        client.IsEnded = true;
        if (Dice.OneIn(2) && client is { Protocol: 2, Connection: not null }) client.Cancel();
        else _ = Dice.Pick(_gateways).EndAsync(client.Session.Id, Dice.OneIn(2) ? SessionState.Expired : SessionState.Cancelled, "It was given up.");
    }

    /// <summary>What a gateway does with sessions that stand still.</summary>
    private void Repair(WorldRow row)
    {
        var gateway = Dice.Pick(_gateways);
        if (row.State != SessionState.Open || gateway.IsPaused) return;
        if (row.IsFinished)
        {
            if (Mutant != Mutant.NoRepair) _ = gateway.RepairAsync(row);
        }
        else if (row.Protocol == 1 && _clients.Find(client => client.Session == row.Session) is { IsDone: true } or { Connection.IsCut: true } && !_gateways.Exists(other => other.Serves(row.Session.Id)))
        {
            _ = gateway.EndAsync(row.Session.Id, SessionState.Failed, "Its connection is gone.");
        }
    }

    private static Func<SessionFold, Query, bool> MutatedRule(Mutant mutant) => mutant switch
    {
        Mutant.EmitBeforeComplete => static (fold, query) => fold is JoinFold ? fold.IsComplete(query) : IsNearlyComplete(fold, query, int.MaxValue),
        Mutant.LedgerOffByOne => static (fold, query) => fold is JoinFold ? fold.IsComplete(query) : IsNearlyComplete(fold, query, 1),
        _ => new OwnerOptions().IsComplete,
    };

    /// <summary>Whether the ends are there, and all but the last messages.</summary>
    private static bool IsNearlyComplete(SessionFold fold, Query query, int missingMax)
    {
        var session = WorldSession.Find(fold.Session, fold.Pin.Shards);
        return session.Batches.Where(message => query.Accumulates(message.Input.Table!)).All(message =>
            (message.Kind == MessageKind.Batch && message.Number > session.LastOf(message.Input) - missingMax) || fold.Contains(message));
    }
}
