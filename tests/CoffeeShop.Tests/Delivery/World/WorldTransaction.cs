namespace CoffeeShop.Tests.Delivery.World;

using Claim = CoffeeShop.Storage.Claim;

/// <summary>A row that a statement needs.</summary>
/// <param name="Row">What names it.</param>
/// <param name="IsAlone">Whether nobody else may hold it.</param>
internal readonly record struct RowLock(object Row, bool IsAlone);

/// <summary>
/// A transaction in the database of the world. Its body is a statement after the other: each is yielded with the rows it needs, sees
/// what is committed when it runs, and anything may happen before the next one. What it writes is seen once it is committed.
/// </summary>
internal abstract class WorldTransaction(WorldProcess process, string name, Claim? claim)
{
    private readonly List<Action> _writes = [];

    public WorldProcess Process => process;

    public string Name => name;

    /// <summary>In whose name an owner writes.</summary>
    public Claim? Claim => claim;

    public List<RowLock> Held { get; } = [];

    public IEnumerator<RowLock[]> Statements { get; set; } = null!;

    /// <summary>What the next statement needs.</summary>
    public RowLock[] Needed { get; set; } = [];

    /// <summary>Whether all statements have run, and the commit has been asked for.</summary>
    public bool IsCommitting { get; set; }

    public bool HasWrites => _writes.Count > 0;

    public void Write(Action write) => _writes.Add(write);

    public void Apply()
    {
        foreach (var write in _writes) write();
    }

    public abstract void Answer();

    public abstract void Fail(Exception failure);
}

/// <summary>A transaction that answers something.</summary>
internal sealed class WorldTransaction<T>(WorldProcess process, string name, Claim? claim) : WorldTransaction(process, name, claim)
{
    // Whoever waits goes on at once, in the same thread.
    private readonly TaskCompletionSource<T> _completion = new();
    private readonly int _life = process.Life;

    public T Result { get; set; } = default!;

    public Task<T> Task => _completion.Task;

    public override void Answer() => Process.Post(_life, () => _completion.SetResult(Result));

    public override void Fail(Exception failure) => Process.Post(_life, () => _completion.SetException(failure));
}
