using System.Buffers;

namespace CoffeeShop.Embedded;

/// <summary>
/// Puts what threads write for their blocks back into the order of the blocks. A thread that is far ahead waits, so what
/// is held back is bounded; the thread whose turn it is never waits.
/// </summary>
/// <param name="output">Gets the bytes.</param>
/// <param name="window">How many blocks may be ahead.</param>
internal sealed class OrderedOutput(Stream output, int window) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<long, ArrayBufferWriter<byte>> _waiting = [];
    private readonly Stack<ArrayBufferWriter<byte>> _free = [];
    private readonly ManualResetEventSlim _advanced = new();
    private long _next;

    /// <summary>An empty buffer, to be given back by <see cref="Write"/>.</summary>
    public ArrayBufferWriter<byte> Rent()
    {
        lock (_lock) return _free.TryPop(out var buffer) ? buffer : new ArrayBufferWriter<byte>();
    }

    /// <summary>Writes the bytes of a block when all blocks before it have been written.</summary>
    /// <param name="sequence">The number of the block; every number comes once.</param>
    /// <param name="bytes">The bytes; the buffer is taken.</param>
    /// <param name="stop">Ends the waiting.</param>
    public void Write(long sequence, ArrayBufferWriter<byte> bytes, CancellationToken stop)
    {
        while (!TryWrite(sequence, bytes)) _advanced.Wait(stop);
    }

    public void Dispose() => _advanced.Dispose();

    private bool TryWrite(long sequence, ArrayBufferWriter<byte> bytes)
    {
        lock (_lock)
        {
            if (sequence - _next > window)
            {
                _advanced.Reset();
                return false;
            }

            _waiting.Add(sequence, bytes);
            while (_waiting.Remove(_next, out var next))
            {
                output.Write(next.WrittenSpan);
                next.ResetWrittenCount();
                _free.Push(next);
                _next++;
            }

            _advanced.Set();
            return true;
        }
    }
}
