using System.Buffers;
using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections;

namespace CoffeeShop.Gateway;

/// <summary>
/// The memory that sockets read into, in blocks of 64 KiB: a frame of 1 MiB comes in sixteen reads of the socket and not in
/// two hundred. Blocks are kept for the next connection up to a bound.
/// </summary>
internal sealed class LargeBlocks : MemoryPool<byte>, IMemoryPoolFactory<byte>
{
    private const int BlockBytes = 64 << 10;
    private const int BlocksKept = 1024;

    private readonly ConcurrentStack<Block> _free = [];
    private int _kept;

    public override int MaxBufferSize => BlockBytes;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockBytes);
        if (!_free.TryPop(out var block)) return new Block(this);
        Interlocked.Decrement(ref _kept);
        return block.Open();
    }

    // The transport disposes of a pool with each of its listeners; this one serves them all, and holds nothing but memory.
    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => this;

    protected override void Dispose(bool disposing)
    {
    }

    private void Return(Block block)
    {
        if (Interlocked.Increment(ref _kept) <= BlocksKept) _free.Push(block);
        else Interlocked.Decrement(ref _kept);
    }

    private sealed class Block(LargeBlocks pool) : IMemoryOwner<byte>
    {
        // Pinned, since a socket reads into it for as long as its client takes.
        private readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(BlockBytes, pinned: true);
        private int _isReturned;

        public Memory<byte> Memory => _bytes;

        public Block Open()
        {
            _isReturned = 0;
            return this;
        }

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isReturned, 1) == 0) pool.Return(this);
        }
    }
}
