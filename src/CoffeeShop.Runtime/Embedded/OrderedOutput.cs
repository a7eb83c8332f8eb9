using System.Buffers;

namespace CoffeeShop.Embedded;

/// <summary>
/// Puts what threads write for their blocks back into the order of the blocks. A thread that is far ahead waits, so what
/// is held back is bounded; the thread whose turn it is never waits.
/// </summary>
/// <param name="output">Gets the bytes.</param>
/// <param name="window">How many blocks may be ahead.</param>
internal sealed class OrderedOutput(Stream output, int window)
{
    private readonly object _lock = new();
    private readonly Dictionary<long, ArrayBufferWriter<byte>> _waiting = [];
    private readonly Stack<ArrayBufferWriter<byte>> _free = [];
    private long _next;
    private bool _isStopped;

    /// <summary>An empty buffer, to be given back by <see cref="Write"/>.</summary>
    public ArrayBufferWriter<byte> Rent()
    {
        lock (_lock) return _free.TryPop(out var buffer) ? buffer : new ArrayBufferWriter<byte>();
    }

    /// <summary>Writes the bytes of a block when all blocks before it have been written.</summary>
    /// <param name="sequence">The number of the block; every number comes once.</param>
    /// <param name="bytes">The bytes; the buffer is taken.</param>
    /// <exception cref="OperationCanceledException">The run was stopped.</exception>
    public void Write(long sequence, ArrayBufferWriter<byte> bytes)
    {
        lock (_lock)
        {
            while (sequence - _next > window && !_isStopped) Monitor.Wait(_lock);
            if (_isStopped) throw new OperationCanceledException();
            _waiting.Add(sequence, bytes);
            while (_waiting.Remove(_next, out var next))
            {
                output.Write(next.WrittenSpan);
                next.ResetWrittenCount();
                _free.Push(next);
                _next++;
            }

            Monitor.PulseAll(_lock);
        }
    }

    /// <summary>Ends the waiting of all threads: a block before theirs will not come any more.</summary>
    public void Stop()
    {
        lock (_lock)
        {
            _isStopped = true;
            Monitor.PulseAll(_lock);
        }
    }
}
