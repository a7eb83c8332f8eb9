using System.Runtime.CompilerServices;

namespace CoffeeShop.Queries;

/// <summary>A value of a <see cref="KeyTable{TValue}"/>.</summary>
/// <typeparam name="TSelf">The value.</typeparam>
public interface IStateValue<TSelf> where TSelf : struct
{
    /// <summary>Writes a value.</summary>
    static abstract void Write(StateWriter writer, TSelf value);

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    static abstract TSelf Read(ref StateReader reader);
}

/// <summary>Merges a value into that of the same key: commutative and associative, and a default value changes nothing.</summary>
/// <typeparam name="TValue">The value.</typeparam>
/// <param name="key">The key of both.</param>
/// <param name="into">The value that stays.</param>
/// <param name="more">The value that is merged into it.</param>
public delegate void Merging<TValue>(long key, ref TValue into, TValue more);

/// <summary>
/// A hash table from a <see cref="Key"/> to a value, for aggregates: entries never leave, and values are merged in place.
/// The keys are divided by the hash of their low id into slices, each a table of its own: it grows by itself, and goes to
/// its shard without being copied.
/// </summary>
/// <typeparam name="TValue">The value; a new key begins with its default.</typeparam>
public sealed partial class KeyTable<TValue> where TValue : unmanaged, IStateValue<TValue>
{
    /// <summary>Enough for a table of millions of keys; a power of two.</summary>
    public const int SlicesMax = 16;

    /// <summary>Enough keys for their memory to arrive meanwhile, few enough for it to be still there.</summary>
    public const int KeysAhead = 24;

    private readonly Merging<TValue> _merge;
    private readonly KeyTableSlice<TValue>[] _slices;

    /// <summary>An empty table.</summary>
    /// <param name="merge">Merges two values of a key; it may not look at this table.</param>
    /// <param name="slices">1 for few keys, <see cref="SlicesMax"/> for many.</param>
    public KeyTable(Merging<TValue> merge, int slices = 1) =>
        (_merge, _slices) = (merge, [.. Enumerable.Range(0, slices).Select(_ => new KeyTableSlice<TValue>())]);

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

    /// <summary>
    /// Asks for the memory of a key that will be looked for soon. A table larger than the caches is much faster when each
    /// key is asked for <see cref="KeysAhead"/> keys before it is needed.
    /// </summary>
    /// <param name="key">The key.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(long key)
    {
        var hash = StableHash.Of(Key.Low(key));
        SliceOf(hash).Prefetch(key, hash);
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
            _slices[i].Merge(more, _merge);
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
