using Microsoft.Data.Sqlite;

namespace CoffeeShop.Storage.Sqlite;

/// <summary>Something that the writer was asked for.</summary>
/// <param name="file">The path of the file, for messages.</param>
/// <param name="bytes">About how much it writes.</param>
internal abstract class Operation(string file, long bytes)
{
    /// <summary>About how much it writes.</summary>
    public long Bytes => bytes;

    /// <summary>Why it was refused while the others of its transaction went on.</summary>
    protected Exception? Refusal { get; private set; }

    /// <summary>Does it, without committing.</summary>
    public abstract void Run(Connection connection);

    /// <summary>Remembers why it failed.</summary>
    public void Refuse(Exception reason) => Refusal = Explain(reason);

    /// <summary>Answers whoever asked: the transaction is committed.</summary>
    public abstract void Complete();

    /// <summary>Answers whoever asked: the transaction is not committed, or nobody knows.</summary>
    public abstract void Fail(Exception reason);

    /// <summary>The error in our words.</summary>
    protected Exception Explain(Exception e) => e is SqliteException error ? Trouble.Explain(file, error) : e;
}

/// <summary>Something that the writer was asked for, with an answer.</summary>
internal sealed class Operation<T>(string file, long bytes, Func<Connection, T> run) : Operation(file, bytes)
{
    // Whoever waits goes on elsewhere: the thread that writes has other things to do.
    private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? _answer;

    /// <summary>Completes with the answer when it is committed.</summary>
    public Task<T> Done => _done.Task;

    public override void Run(Connection connection) => _answer = run(connection);

    public override void Complete()
    {
        if (Refusal is null) _done.SetResult(_answer!);
        else _done.SetException(Refusal);
    }

    public override void Fail(Exception reason) =>
        _done.SetException(Explain(reason) as StorageException ?? new StorageException($"What was asked of the database is not known to be done: {reason.Message}", reason));
}
