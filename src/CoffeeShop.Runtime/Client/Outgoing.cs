using System.Buffers;
using System.Collections.Concurrent;
using CoffeeShop.Tables;

namespace CoffeeShop.Client;

/// <summary>A frame that is ready to be sent: a numbered batch of a table, or its end.</summary>
/// <param name="Table">The table.</param>
/// <param name="Number">The number of the batch; of the end, the number of the last one.</param>
/// <param name="IsEnd">Whether it is the end.</param>
/// <param name="Frame">The frame. It goes back to where it was rented from once it is sent.</param>
/// <param name="InputBytes">How many bytes of the table's files are sent with it and all before it.</param>
internal sealed record Outgoing(Table Table, long Number, bool IsEnd, ArrayBufferWriter<byte> Frame, long InputBytes)
{
    /// <summary>The size of the frame.</summary>
    public int Bytes { get; } = Frame.WrittenCount;
}

/// <summary>Buffers of frames, used again and again: there are as many as frames on their way. The last that came back goes out first: it is in a cache still.</summary>
internal sealed class FramePool
{
    private readonly ConcurrentStack<ArrayBufferWriter<byte>> _free = new();

    /// <summary>An empty buffer for a frame.</summary>
    public ArrayBufferWriter<byte> Rent() => _free.TryPop(out var frame) ? frame : new ArrayBufferWriter<byte>();

    /// <summary>Takes a frame back.</summary>
    public void Return(ArrayBufferWriter<byte> frame)
    {
        frame.ResetWrittenCount();
        _free.Push(frame);
    }
}
