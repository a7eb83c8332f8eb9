using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

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
/// A hash table from a pair of ids to a value, for aggregates: open addressing in one array, entries never leave, and
/// the value is updated in place. Keys are not negative.
/// </summary>
/// <typeparam name="TValue">The value; a new key begins with its default.</typeparam>
public sealed class KeyTable<TValue> where TValue : unmanaged, IMergeable<TValue>
{
    private const int CapacityMin = 16;

    private Entry[] _entries = new Entry[CapacityMin];
    private int _growAt = CapacityMin * 3 / 4;

    /// <summary>The number of keys.</summary>
    public int Count { get; private set; }

    /// <summary>The value of a key, which is added when it is new. Valid until the next call.</summary>
    /// <param name="key">The key.</param>
    public ref TValue this[long key]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            ref var home = ref Home(_entries, key);
            if (home.KeyPlusOne == key + 1) return ref home.Value;
            return ref FindOrAdd(key);
        }
    }

    /// <summary>The value of a key that may not be there.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">Its value, or the default.</param>
    public bool TryGetValue(long key, out TValue value)
    {
        ref var entry = ref Find(_entries, key);
        value = entry.Value;
        return entry.KeyPlusOne != 0;
    }

    /// <summary>Loads the place of a key into the cache, so that a lookup that follows soon does not wait for memory.</summary>
    /// <param name="key">The key.</param>
    public void Prefetch(long key)
    {
        if (!System.Runtime.Intrinsics.X86.Sse.IsSupported) return;
        unsafe
        {
            System.Runtime.Intrinsics.X86.Sse.Prefetch0(Unsafe.AsPointer(ref Home(_entries, key)));
        }
    }

    /// <summary>Merges the values of another table into this one.</summary>
    /// <param name="other">The other table; it is not changed.</param>
    [MethodImpl(Hot.Path)]
    public void Merge(KeyTable<TValue> other)
    {
        // The keys come in the order of their hash. Without room for all, the front of this table would overflow first
        // and every search walk through it; with room, both tables are walked once from front to back.
        EnsureCapacity(Count + other.Count);
        foreach (ref readonly var entry in other._entries.AsSpan())
            if (entry.KeyPlusOne != 0) TValue.Merge(ref this[entry.KeyPlusOne - 1], entry.Value);
    }

    /// <summary>Copies each key to the table of its shard.</summary>
    /// <param name="shards">A table per shard.</param>
    /// <param name="hashed">The part of a key that decides its shard.</param>
    public void PartitionInto(ReadOnlySpan<KeyTable<TValue>> shards, Func<long, long> hashed)
    {
        // For the reason given in Merge, with a margin for shards that get more than their share.
        foreach (var shard in shards) shard.EnsureCapacity((int)Math.Min(Count, (Count * 1.125 / shards.Length) + 64));
        foreach (ref readonly var entry in _entries.AsSpan())
        {
            if (entry.KeyPlusOne == 0) continue;
            var key = entry.KeyPlusOne - 1;
            shards[StableHash.Shard(hashed(key), shards.Length)][key] = entry.Value;
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

    /// <summary>Merges a table that <see cref="Write"/> wrote into this one.</summary>
    /// <param name="reader">The bytes.</param>
    /// <exception cref="InvalidDataException">The bytes are no such table.</exception>
    public void Read(ref StateReader reader)
    {
        var previous = 0L;
        var count = reader.Natural();
        for (var i = 0UL; i < count; i++)
        {
            var step = reader.Natural(max: (ulong)(long.MaxValue - 1 - previous));
            if (step == 0 && i > 0) throw new InvalidDataException("A key of an aggregate is there twice.");
            previous += (long)step;
            TValue.Merge(ref this[previous], TValue.Read(ref reader));
        }
    }

    /// <summary>All keys, ascending.</summary>
    public long[] SortedKeys()
    {
        var keys = new long[Count];
        var i = 0;
        foreach (ref readonly var entry in _entries.AsSpan())
            if (entry.KeyPlusOne != 0) keys[i++] = entry.KeyPlusOne - 1;
        Array.Sort(keys);
        return keys;
    }

    /// <summary>All keys with their values, in no order. The table must not change meanwhile.</summary>
    public IEnumerable<(long Key, TValue Value)> Entries()
    {
        foreach (var entry in _entries)
            if (entry.KeyPlusOne != 0) yield return (entry.KeyPlusOne - 1, entry.Value);
    }

    /// <summary>Makes room for this many keys.</summary>
    private void EnsureCapacity(int count)
    {
        if (count > _growAt) Resize((int)Math.Min(Array.MaxLength, (count * 4L / 3) + 2));
    }

    [MethodImpl(Hot.Path)]
    private ref TValue FindOrAdd(long key)
    {
        ref var entry = ref Find(_entries, key);
        if (entry.KeyPlusOne != 0) return ref entry.Value;
        if (Count == _growAt)
        {
            // By half and not by two: the largest table of a run is most of its memory.
            Resize((int)Math.Min(Array.MaxLength, _entries.Length * 3L / 2));
            entry = ref Find(_entries, key);
        }

        Count++;
        entry.KeyPlusOne = key + 1;
        return ref entry.Value;
    }

    [MethodImpl(Hot.Path)]
    private void Resize(int capacity)
    {
        // Written once from front to back: a page that is first read and then written faults twice, and the second time
        // interrupts all other cores.
        var entries = GC.AllocateUninitializedArray<Entry>(capacity);
        Array.Clear(entries);
        foreach (ref readonly var entry in _entries.AsSpan())
            if (entry.KeyPlusOne != 0) Find(entries, entry.KeyPlusOne - 1) = entry;
        _entries = entries;
        _growAt = (int)(capacity * 3L / 4);
    }

    /// <summary>The entry of a key, or the free one where it belongs.</summary>
    private static ref Entry Find(Entry[] entries, long key)
    {
        ref var entry = ref Home(entries, key);
        ref var end = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(entries), entries.Length);
        while (entry.KeyPlusOne != key + 1 && entry.KeyPlusOne != 0)
        {
            entry = ref Unsafe.Add(ref entry, 1);
            if (Unsafe.AreSame(ref entry, ref end)) entry = ref MemoryMarshal.GetArrayDataReference(entries);
        }

        return ref entry;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref Entry Home(Entry[] entries, long key) => ref Unsafe.Add(
        ref MemoryMarshal.GetArrayDataReference(entries),
        (nint)(((StableHash.Of(key) >> 32) * (ulong)entries.Length) >> 32));

    /// <summary>Packed, so that a pair of ids with a 32-bit count takes 12 bytes.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 4)]
    private struct Entry
    {
        /// <summary>Zero when the entry is free, as in a new array.</summary>
        public long KeyPlusOne;
        public TValue Value;
    }
}
