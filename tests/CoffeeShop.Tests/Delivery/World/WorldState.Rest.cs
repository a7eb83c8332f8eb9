using CoffeeShop.Delivery;

namespace CoffeeShop.Tests.Delivery.World;

/// <content>The end of a schedule: faults off, everybody has his turn, and everything comes to rest.</content>
internal sealed partial class WorldState
{
    private const int RoundsMax = 3000;
    private const int RepairsMax = 4;

    /// <summary>Comes to rest, and checks what is left. A hang is a failure.</summary>
    public void Rest()
    {
        if (IsTold) Tell("faults are off");
        Dice.Allowed = Faults.None;
        foreach (var process in _processes.Where(process => process.IsPaused)) process.Wake();
        var repairs = 0;
        for (var round = 1; ; round++)
        {
            Require(round < RoundsMax, "at rest: it goes on for ever");
            if (RunRound((ulong)round)) continue;
            if (repairs++ == RepairsMax) break;
            // What stands still is looked after.
            foreach (var owner in _owners) owner.IsLookDue = true;
            foreach (var row in Database.Sessions.Values) Repair(row);
        }

        CheckRest();
    }

    private bool RunRound(ulong round)
    {
        _step++;
        Dice.Begin(round);
        var hasHappened = false;
        for (var i = Database.UnderWay - 1; i >= 0; i--) hasHappened |= i < Database.UnderWay && Database.Advance(i);
        for (var i = Bus.UnderWay - 1; i >= 0; i--)
        {
            if (i >= Bus.UnderWay) continue;
            Bus.Advance(i);
            hasHappened = true;
        }

        foreach (var queue in Bus.Queues) hasHappened |= Bus.Dispatch(queue);
        foreach (var process in _processes) hasHappened |= process.Step();
        foreach (var client in _clients) hasHappened |= client.Step();
        if (_violation is not null) throw new WorldViolation(_violation);
        return hasHappened;
    }

    private void CheckRest()
    {
        foreach (var client in _clients) CheckEnded(client, Database.Sessions[client.Session.Id]);
        Require(Database.UnderWay == 0, "at rest: a transaction waits for ever");
        Require(Bus.IsEmpty, "at rest: messages are left in queues or with their consumers");
        Require(Database.Leftovers == 0, "at rest: something is left in the journal");
        Require(Database.Suspects == 0, "at rest: attempts are left");
        foreach (var owner in _owners) Require(owner.HeldSessions == 0, $"at rest: {owner} still holds sessions");
    }

    private void CheckEnded(WorldClient client, WorldRow row)
    {
        var name = $"session {NumberOf(row.Session.Id)}";
        switch (row.State)
        {
            case SessionState.Open:
                Require(false, $"at rest: {name} hangs");
                break;
            case SessionState.Complete:
                Require(client.Guilt is Guilt.None or Guilt.TwoContents, $"at rest: {name} is complete in spite of its {client.Guilt}");
                Require(ResultOf(row) is { IsWhole: true } result && row.Session.ExpectedBytes.AsSpan().SequenceEqual(result.Bytes), $"at rest: the result of {name} is not that of an undisturbed run");
                Require(client.Protocol == 1 || client.IsEnded || client.Result.SequenceEqual(row.Session.ExpectedBytes), $"at rest: the client of {name} has another result");
                break;
            case SessionState.Failed:
                var isDeserved = client.Guilt switch
                {
                    Guilt.LyingSum or Guilt.TwoContents => row.Reason!.Contains("two contents went under one number", StringComparison.Ordinal),
                    Guilt.Poison => row.Reason!.Contains("could not be handled", StringComparison.Ordinal),
                    _ => false,
                };
                Require(isDeserved || (client.Protocol == 1 && client.IsExcused && row.Reason is "The client left before FINISHED." or "Its connection is gone."), $"at rest: {name} has failed: {row.Reason}");
                break;
            default:
                Require(client.IsEnded, $"at rest: {name} is {row.State}: {row.Reason}");
                break;
        }

        Require(client.IsDone, $"at rest: the client of {name} still waits");
    }
}
