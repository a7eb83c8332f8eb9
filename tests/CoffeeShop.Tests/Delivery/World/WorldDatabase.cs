using CoffeeShop.Delivery;
using CoffeeShop.Storage;
using CoffeeShop.Tables;

namespace CoffeeShop.Tests.Delivery.World;

using Claim = CoffeeShop.Storage.Claim;

/// <summary>The database of the world: what is committed survives everything. It checks what is written against the rules.</summary>
internal sealed partial class WorldDatabase
{
    private readonly WorldState _world;
    private readonly List<WorldTransaction> _open = [];
    private readonly List<WorldTransaction> _holders = [];

    public WorldDatabase(WorldState world, IEnumerable<WorldSession> sessions, IReadOnlySet<SessionId> version1)
    {
        _world = world;
        Sessions = sessions.ToDictionary(session => session.Id, session => new WorldRow(session, version1.Contains(session.Id) ? (byte)1 : (byte)2));
    }

    /// <summary>Grows with everything that is written.</summary>
    public int Commits { get; private set; }

    /// <summary>Transactions that are under way.</summary>
    public int UnderWay => _open.Count;

    /// <summary>Does the next thing of a transaction.</summary>
    /// <returns>Whether it could: it may wait for another.</returns>
    public bool Advance(int index)
    {
        var transaction = _open[index];
        if (transaction.IsCommitting)
        {
            Commit(transaction);
            return true;
        }

        if (!TryLock(transaction)) return false;
        try
        {
            if (transaction.Statements.MoveNext()) transaction.Needed = transaction.Statements.Current;
            else if (transaction.HasWrites) transaction.IsCommitting = true;
            else if (_world.Dice.Goes(Faults.UnknownCommit, 80)) Abort(transaction, Unknown(transaction));
            else
            {
                End(transaction);
                transaction.Answer();
            }
        }
        catch (Exception e) when (e is StaleClaimException or StorageException)
        {
            Abort(transaction, e);
        }

        return true;
    }

    /// <summary>A process is gone: what it has not asked to be committed is undone, and nobody knows of the rest.</summary>
    public void Lose(WorldProcess process)
    {
        foreach (var transaction in _open.Where(transaction => transaction.Process == process).ToList())
        {
            if (transaction.IsCommitting && _world.Dice.OneIn(2)) continue;
            End(transaction);
        }
    }

    private Task<T> RunAsync<T>(WorldProcess process, string name, Claim? claim, Func<WorldTransaction<T>, IEnumerable<RowLock[]>> body)
    {
        var transaction = new WorldTransaction<T>(process, name, claim);
        transaction.Statements = body(transaction).GetEnumerator();
        _open.Add(transaction);
        return transaction.Task;
    }

    private bool TryLock(WorldTransaction transaction)
    {
        foreach (var needed in transaction.Needed)
        {
            foreach (var holder in _holders)
            {
                if (holder == transaction) continue;
                foreach (var held in holder.Held)
                    if ((held.IsAlone || needed.IsAlone) && held.Row.Equals(needed.Row)) return false;
            }
        }

        if (transaction.Needed.Length == 0) return true;
        if (transaction.Held.Count == 0) _holders.Add(transaction);
        transaction.Held.AddRange(transaction.Needed);
        transaction.Needed = [];
        return true;
    }

    private void Commit(WorldTransaction transaction)
    {
        // An unknown outcome: done or not, whoever asked must take it as refused.
        var isUnknown = _world.Dice.Goes(Faults.UnknownCommit, 20);
        if (isUnknown && _world.Dice.OneIn(2))
        {
            Abort(transaction, Unknown(transaction));
            return;
        }

        if (transaction.Claim is { } claim)
            _world.Require(IsCurrent(claim), $"invariant 4: {transaction.Name} at {claim.Destination} is committed at epoch {claim.Epoch}, the current one is {_epochs[claim.Destination]}");
        transaction.Apply();
        End(transaction);
        if (_world.IsTold) _world.Tell($"{transaction.Process}: {transaction.Name} is committed{(isUnknown ? ", which is not known" : "")}");
        Commits++;
        // Here is where it matters most.
        _world.Disturb(transaction.Process);
        if (isUnknown) transaction.Fail(Unknown(transaction));
        else transaction.Answer();
    }

    private void Abort(WorldTransaction transaction, Exception reason)
    {
        if (_world.IsTold) _world.Tell($"{transaction.Process}: {transaction.Name} is refused: {reason.Message}");
        End(transaction);
        transaction.Fail(reason);
    }

    private void End(WorldTransaction transaction)
    {
        _open.Remove(transaction);
        if (transaction.Held.Count > 0) _holders.Remove(transaction);
    }

    private static StorageException Unknown(WorldTransaction transaction) => new($"what has become of {transaction.Name} is unknown");
}

/// <summary>A session in the database.</summary>
internal sealed class WorldRow(WorldSession session, byte protocol)
{
    public WorldSession Session => session;

    public byte Protocol => protocol;

    public SessionState State { get; set; } = SessionState.Open;

    public string? Reason { get; set; }

    /// <summary>Whether nothing is left of it, not even its row.</summary>
    public bool IsForgotten { get; set; }

    public Dictionary<Table, TableEnd> Ends { get; } = [];

    public Dictionary<Table, long> Marks { get; } = [];

    public Dictionary<byte, ClosedQuery> Closed { get; } = [];

    public SortedDictionary<(byte Query, long Number), ResultChunk> Chunks { get; } = [];

    public bool IsFinished => Ends.Count == TableRegistry.All.Length;
}
