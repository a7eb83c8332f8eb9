using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace CoffeeShop.Queries;

/// <summary>A part of a <see cref="KeyTable{TValue}"/>: open addressing in one array, searched from a home place onwards.</summary>
internal sealed class KeyTableSlice<TValue> where TValue : unmanaged, IStateValue<TValue>
{
    private const int CapacityMin = 64;

    /// <summary>Tables up to this size stay in the caches anyway and are kept sparse: nearly every key is at home.</summary>
    private const int SparseCapacityMax = 4096;

    private const int LargeCapacity = 128 * 1024;

    /// <summary>Nothing is ever written here: what holds no keys takes no memory, and most parts of a small batch hold none.</summary>
    private static readonly Entry[] Nothing = new Entry[1];

    private Entry[] _entries = Nothing;
    private int _growAt;

    public int Count { get; private set; }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref TValue GetOrAdd(long key, ulong hash)
    {
        ref var home = ref Home(_entries, key, hash);
        if (home.KeyPlusOne == key + 1) return ref home.Value;
        return ref FindOrAdd(key, hash);
    }

    public bool TryGetValue(long key, ulong hash, out TValue value)
    {
        ref var entry = ref Find(_entries, key, hash);
        value = entry.Value;
        return entry.KeyPlusOne != 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public unsafe void Prefetch(long key, ulong hash)
    {
        if (Sse.IsSupported) Sse.Prefetch0(Unsafe.AsPointer(ref Home(_entries, key, hash)));
    }

    [MethodImpl(Hot.Path)]
    public void Merge(KeyTableSlice<TValue> other, Merging<TValue> merge)
    {
        // The keys come in the order of their hash. Without room for all, the front of this table would overflow first
        // and every search walk through it; with room, both tables are walked once from front to back.
        EnsureCapacity(Count + other.Count);
        foreach (ref readonly var entry in other._entries.AsSpan())
        {
            if (entry.KeyPlusOne == 0) continue;
            var key = entry.KeyPlusOne - 1;
            merge(key, ref GetOrAdd(key, StableHash.Of(Key.Low(key))), entry.Value);
        }
    }

    /// <summary>Copies each key to the table of its shard.</summary>
    public void CopyInto(ReadOnlySpan<KeyTable<TValue>> shards)
    {
        foreach (ref readonly var entry in _entries.AsSpan())
        {
            if (entry.KeyPlusOne == 0) continue;
            var key = entry.KeyPlusOne - 1;
            shards[StableHash.Shard(Key.Low(key), shards.Length)][key] = entry.Value;
        }
    }

    [MethodImpl(Hot.Path)]
    public void Visit(Action<long, TValue> visit)
    {
        foreach (ref readonly var entry in _entries.AsSpan())
            if (entry.KeyPlusOne != 0) visit(entry.KeyPlusOne - 1, entry.Value);
    }

    [MethodImpl(Hot.Path)]
    private ref TValue FindOrAdd(long key, ulong hash)
    {
        ref var entry = ref Find(_entries, key, hash);
        if (entry.KeyPlusOne != 0) return ref entry.Value;
        if (Count == _growAt)
        {
            // By half when it is large: such tables are most of the memory of a run.
            Resize((int)Math.Clamp(_entries.Length < LargeCapacity ? _entries.Length * 2L : _entries.Length * 3L / 2, CapacityMin, Array.MaxLength));
            entry = ref Find(_entries, key, hash);
        }

        Count++;
        entry.KeyPlusOne = key + 1;
        return ref entry.Value;
    }

    /// <summary>Makes room for this many keys.</summary>
    public void EnsureCapacity(int count)
    {
        if (count <= _growAt) return;
        var capacity = Math.Max(CapacityMin, (long)_entries.Length);
        while (GrowAt(capacity) < count) capacity = capacity < SparseCapacityMax ? capacity * 2 : (count * 4L / 3) + 2;
        Resize((int)Math.Min(Array.MaxLength, capacity));
    }

    [MethodImpl(Hot.Path)]
    private void Resize(int capacity)
    {
        // Written once from front to back: a page that is first read and then written faults twice, and the second time
        // interrupts all other cores.
        var entries = GC.AllocateUninitializedArray<Entry>(capacity);
        Array.Clear(entries);
        foreach (ref readonly var entry in _entries.AsSpan())
        {
            if (entry.KeyPlusOne == 0) continue;
            var key = entry.KeyPlusOne - 1;
            Find(entries, key, StableHash.Of(Key.Low(key))) = entry;
        }

        _entries = entries;
        _growAt = GrowAt(capacity);
    }

    private static int GrowAt(long capacity) => (int)(capacity <= SparseCapacityMax ? capacity / 4 : capacity * 3 / 4);

    /// <summary>The entry of a key, or the free one where it belongs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref Entry Find(Entry[] entries, long key, ulong hash)
    {
        ref var entry = ref Home(entries, key, hash);
        ref var end = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(entries), entries.Length);
        while (entry.KeyPlusOne != key + 1 && entry.KeyPlusOne != 0)
        {
            entry = ref Unsafe.Add(ref entry, 1);
            if (Unsafe.AreSame(ref entry, ref end)) entry = ref MemoryMarshal.GetArrayDataReference(entries);
        }

        return ref entry;
    }

    /// <summary>Where the search for a key begins: the hash of its low id, turned by the high one in steps of their own.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref Entry Home(Entry[] entries, long key, ulong hash)
    {
        var turned = hash + ((ulong)Key.High(key) * 0xD6E8FEB86659FD93UL);
        return ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(entries), (nint)(((turned >> 32) * (ulong)entries.Length) >> 32));
    }

    /// <summary>Packed, so that a pair of ids with a 32-bit count takes 12 bytes.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 4)]
    private struct Entry
    {
        /// <summary>Zero when the entry is free, as in a new array.</summary>
        public long KeyPlusOne;
        public TValue Value;
    }
}
