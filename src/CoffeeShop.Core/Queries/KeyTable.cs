using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace CoffeeShop.Queries;

/// <summary>A value of a <see cref="KeyTable{TValue}"/>: merging is commutative and associative, and a default value changes nothing.</summary>
/// <typeparam name="TSelf">The value.</typeparam>
public interface IMergeable<TSelf> where TSelf : struct
{
    /// <summary>Merges a value into another.</summary>
    static abstract void Merge(ref TSelf into, TSelf more);

    /// <summary>Writes a value.</summary>
    static abstract void Write(StateWriter writer, TSelf value);

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    static abstract TSelf Read(ref StateReader reader);
}

/// <summary>
/// A hash table from a <see cref="Key"/> to a value, for aggregates: entries never leave, and values are merged in place.
/// The keys are divided by the hash of their low id into slices, each a table of its own: it grows by itself, and goes to
/// its shard without being copied.
/// </summary>
/// <typeparam name="TValue">The value; a new key begins with its default.</typeparam>
public sealed partial class KeyTable<TValue> where TValue : unmanaged, IMergeable<TValue>
{
    /// <summary>Enough for a table of millions of keys; a power of two.</summary>
    public const int SlicesMax = 16;

    private readonly KeyTableSlice<TValue>[] _slices;

    /// <summary>An empty table.</summary>
    /// <param name="slices">1 for few keys, <see cref="SlicesMax"/> for many.</param>
    public KeyTable(int slices = 1) => _slices = [.. Enumerable.Range(0, slices).Select(_ => new KeyTableSlice<TValue>())];

    /// <summary>The number of keys.</summary>
    public int Count => _slices.Sum(slice => slice.Count);

    /// <summary>The value of a key, which is added when it is new. Valid until the next call.</summary>
    /// <param name="key">The key, not negative.</param>
    public ref TValue this[long key]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            var hash = StableHash.Of(Key.Low(key));
            return ref SliceOf(hash).GetOrAdd(key, hash);
        }
    }

    /// <summary>The value of a key that may not be there.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">Its value, or the default.</param>
    public bool TryGetValue(long key, out TValue value)
    {
        var hash = StableHash.Of(Key.Low(key));
        return SliceOf(hash).TryGetValue(key, hash, out value);
    }

    /// <summary>Merges values into those of their keys. A table larger than the caches is much faster this way than key by key.</summary>
    /// <param name="keys">The keys; one may be there several times.</param>
    /// <param name="values">A value for each.</param>
    [MethodImpl(Hot.Path)]
    public void MergeEach(ReadOnlySpan<long> keys, ReadOnlySpan<TValue> values)
    {
        // The places of a group of keys are all asked for before the first is needed, so their memory is waited for at once.
        const int Group = 32;
        Span<ulong> hashes = stackalloc ulong[Group];
        for (var start = 0; start < keys.Length; start += Group)
        {
            var group = keys.Slice(start, Math.Min(Group, keys.Length - start));
            for (var i = 0; i < group.Length; i++)
            {
                hashes[i] = StableHash.Of(Key.Low(group[i]));
                SliceOf(hashes[i]).Prefetch(group[i], hashes[i]);
            }

            for (var i = 0; i < group.Length; i++)
                TValue.Merge(ref SliceOf(hashes[i]).GetOrAdd(group[i], hashes[i]), values[start + i]);
        }
    }

    /// <summary>Merges the values of another table into this one. The other one is spent.</summary>
    /// <param name="other">A table with as many slices.</param>
    public void Merge(KeyTable<TValue> other)
    {
        for (var i = 0; i < _slices.Length; i++)
        {
            // The smaller into the larger; and what is spent is let go before the next slice grows.
            ref var more = ref other._slices[i];
            if (more.Count > _slices[i].Count) (more, _slices[i]) = (_slices[i], more);
            _slices[i].Merge(more);
            more = new KeyTableSlice<TValue>();
        }
    }

    /// <summary>Moves each key to the table of the shard that the hash of its low id gives. This table is spent.</summary>
    /// <param name="shards">An empty table per shard, each with as many slices.</param>
    public void PartitionInto(ReadOnlySpan<KeyTable<TValue>> shards)
    {
        for (var i = 0; i < _slices.Length; i++)
        {
            // A slice whose keys all have one shard goes there whole.
            if (_slices.Length % shards.Length == 0) shards[i % shards.Length]._slices[i] = _slices[i];
            else CopySlice(i, shards);
            _slices[i] = new KeyTableSlice<TValue>();
        }
    }

    /// <summary>Writes the table in canonical form: <code>│ count │ key − previous key, value │ … │</code> by ascending key.</summary>
    /// <param name="writer">Gets the bytes.</param>
    public void Write(StateWriter writer)
    {
        writer.Natural((ulong)Count);
        var previous = 0L;
        foreach (var key in SortedKeys())
        {
            writer.Natural((ulong)(key - previous));
            TValue.Write(writer, this[key]);
            previous = key;
        }
    }

    /// <summary>All keys, ascending.</summary>
    public long[] SortedKeys()
    {
        var keys = new long[Count];
        var i = 0;
        Visit((key, _) => keys[i++] = key);
        Array.Sort(keys);
        return keys;
    }

    /// <summary>Shows all keys with their values, in no order. The table must not change meanwhile.</summary>
    /// <param name="visit">Called for each.</param>
    public void Visit(Action<long, TValue> visit)
    {
        foreach (var slice in _slices) slice.Visit(visit);
    }

    private void CopySlice(int index, ReadOnlySpan<KeyTable<TValue>> shards)
    {
        // Room first, for the reason given where slices are merged: the keys come in the order of their hash.
        foreach (var shard in shards) shard._slices[index].EnsureCapacity((int)Math.Min(_slices[index].Count, (_slices[index].Count * 1.125 / shards.Length) + 64));
        _slices[index].CopyInto(shards);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private KeyTableSlice<TValue> SliceOf(ulong hash) => _slices[hash & (uint)(_slices.Length - 1)];
}

/// <summary>A part of a <see cref="KeyTable{TValue}"/>: open addressing in one array, searched from a home place onwards.</summary>
internal sealed class KeyTableSlice<TValue> where TValue : unmanaged, IMergeable<TValue>
{
    private const int CapacityMin = 64;

    /// <summary>Tables up to this size stay in the caches anyway and are kept sparse: nearly every key is at home.</summary>
    private const int SparseCapacityMax = 4096;

    private const int LargeCapacity = 128 * 1024;

    private Entry[] _entries = new Entry[CapacityMin];
    private int _growAt = GrowAt(CapacityMin);

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
    public void Merge(KeyTableSlice<TValue> other)
    {
        // The keys come in the order of their hash. Without room for all, the front of this table would overflow first
        // and every search walk through it; with room, both tables are walked once from front to back.
        EnsureCapacity(Count + other.Count);
        foreach (ref readonly var entry in other._entries.AsSpan())
        {
            if (entry.KeyPlusOne == 0) continue;
            var key = entry.KeyPlusOne - 1;
            TValue.Merge(ref GetOrAdd(key, StableHash.Of(Key.Low(key))), entry.Value);
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
            Resize((int)Math.Min(Array.MaxLength, _entries.Length < LargeCapacity ? _entries.Length * 2L : _entries.Length * 3L / 2));
            entry = ref Find(_entries, key, hash);
        }

        Count++;
        entry.KeyPlusOne = key + 1;
        return ref entry.Value;
    }

    /// <summary>Makes room for this many keys.</summary>
    public void EnsureCapacity(int count)
    {
        var capacity = (long)_entries.Length;
        while (GrowAt(capacity) < count) capacity = capacity < SparseCapacityMax ? capacity * 2 : (count * 4L / 3) + 2;
        if (capacity > _entries.Length) Resize((int)Math.Min(Array.MaxLength, capacity));
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
