using System.IO.Pipelines;
using System.Net;
using CoffeeShop.Protocol;
using Microsoft.AspNetCore.Connections;

namespace CoffeeShop.Gateway;

/// <summary>
/// A connection of a client, and how long what is awaited of the client may still take. The watch of
/// <see cref="ConnectionRegistry"/> looks at it once a second, which costs a frame nothing but the writing of a number.
/// </summary>
internal sealed class ClientConnection(ConnectionContext context, IPAddress address, TimeProvider clock) : IDisposable
{
    private readonly CancellationTokenSource _interrupted = new();
    private Ending? _interruption;
    private volatile bool _isUnread;
    private string _awaited = "";
    private long _readDeadline;
    private TimeSpan _idleTime;
    private long _idleDeadline;
    private int _owed;
    private long _owedBytes;
    private long _writeDeadline;

    public IPAddress Address => address;

    public PipeReader Input => context.Transport.Input;

    public PipeWriter Output => context.Transport.Output;

    /// <summary>Cancelled when the connection is to end. Whoever waits for the client or for a session waits with it.</summary>
    public CancellationToken Interrupted => _interrupted.Token;

    /// <summary>Why it is to end, or null.</summary>
    public Ending? Interruption => Volatile.Read(ref _interruption);

    /// <summary>Ends the connection at the next opportunity; its client is told why. Only the first reason counts.</summary>
    public void Interrupt(ErrorCode code, string text)
    {
        if (Interlocked.CompareExchange(ref _interruption, new Ending(code, text), null) is not null) return;
        try
        {
            _interrupted.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has just ended by itself.
        }
    }

    /// <summary>Ends the connection at once.</summary>
    public void Abort(string reason) => context.Abort(new ConnectionAbortedException(reason));

    /// <summary>Begins to wait for the client.</summary>
    /// <param name="time">How long.</param>
    /// <param name="awaited">For what, for messages.</param>
    public void Await(TimeSpan time, string awaited)
    {
        Volatile.Write(ref _idleDeadline, 0);
        _awaited = awaited;
        Volatile.Write(ref _readDeadline, After(time));
    }

    /// <summary>Begins to wait for the next message, for which a client has its time once it has all its answers.</summary>
    /// <param name="time">How long.</param>
    public void AwaitMessage(TimeSpan time)
    {
        Volatile.Write(ref _readDeadline, 0);
        _idleTime = time;
        Volatile.Write(ref _idleDeadline, After(time));
    }

    /// <summary>Nothing is awaited of the client.</summary>
    public void AwaitNothing()
    {
        Volatile.Write(ref _readDeadline, 0);
        Volatile.Write(ref _idleDeadline, 0);
    }

    /// <summary>The client is owed one more answer, for which it may wait in silence.</summary>
    /// <param name="bytes">What is kept until then.</param>
    public void Owe(long bytes)
    {
        Interlocked.Increment(ref _owed);
        Interlocked.Add(ref _owedBytes, bytes);
    }

    /// <summary>What is kept until it is answered.</summary>
    public long OwedBytes => Interlocked.Read(ref _owedBytes);

    /// <summary>An answer has been given. The time begins anew before the client owes a message again.</summary>
    /// <param name="bytes">What was kept for it.</param>
    public void Give(long bytes)
    {
        Interlocked.Add(ref _owedBytes, -bytes);
        if (Volatile.Read(ref _idleDeadline) is not 0 and var deadline) Interlocked.CompareExchange(ref _idleDeadline, After(_idleTime), deadline);
        Interlocked.Decrement(ref _owed);
    }

    /// <summary>Sends what has been written. A client that does not take it up in time loses its connection.</summary>
    /// <param name="time">The time.</param>
    /// <exception cref="ConnectionAbortedException">The client is gone.</exception>
    public async ValueTask FlushAsync(TimeSpan time)
    {
        if (_isUnread) throw new ConnectionAbortedException("The client does not read what it is sent.");
        var flush = Output.FlushAsync(CancellationToken.None);
        if (!flush.IsCompleted) Volatile.Write(ref _writeDeadline, After(time));
        var isGone = (await flush).IsCompleted;
        Volatile.Write(ref _writeDeadline, 0);
        if (isGone) throw new ConnectionAbortedException("The client is gone.");
    }

    /// <summary>Sends what has been written, if the client takes it up in time; otherwise it may take it up whenever it likes.</summary>
    /// <param name="time">The time.</param>
    /// <returns>Whether it has. If not, nothing more may be written.</returns>
    /// <exception cref="ConnectionAbortedException">The client is gone.</exception>
    public async ValueTask<bool> TryFlushAsync(TimeSpan time)
    {
        var flush = Output.FlushAsync(CancellationToken.None).AsTask();
        if (!flush.IsCompleted && await Task.WhenAny(flush, Task.Delay(time, clock, Interrupted)) != flush)
        {
            _isUnread = true;
            return false;
        }

        if ((await flush).IsCompleted) throw new ConnectionAbortedException("The client is gone.");
        return true;
    }

    /// <summary>Ends what has waited for too long.</summary>
    public void Watch()
    {
        var now = clock.GetTimestamp();
        if (IsOver(ref _writeDeadline, now)) Abort("The client does not read what it is sent.");
        if (IsOver(ref _readDeadline, now)) Interrupt(ErrorCode.TimedOut, $"No {_awaited} came in time; connect again and resume.");
        if (Volatile.Read(ref _owed) == 0 && IsOver(ref _idleDeadline, now)) Interrupt(ErrorCode.TimedOut, "No message came in time; connect again and resume.");
    }

    public void Dispose() => _interrupted.Dispose();

    private static bool IsOver(ref long deadline, long now) => Volatile.Read(ref deadline) is not 0 and var at && now >= at;

    // A deadline is never 0, which means none.
    private long After(TimeSpan time) => clock.GetTimestamp() + Math.Max(1, (long)(time.TotalSeconds * clock.TimestampFrequency));
}
