using CoffeeShop.Tables;

namespace CoffeeShop.Queries;

/// <summary>The dimension tables that answers are joined with: the names of items and stores.</summary>
public sealed class Dimensions
{
    private readonly Names _items = new();
    private readonly Names _stores = new();

    /// <summary>Whether a table is one that answers are joined with.</summary>
    /// <param name="table">The table.</param>
    public static bool Takes(Table table) => table == MenuItems.Table || table == Stores.Table;

    /// <summary>Takes in the rows of a batch of a dimension table; others leave it as it is.</summary>
    /// <param name="batch">The batch.</param>
    public void Accumulate(Batch batch)
    {
        if (batch.Table == MenuItems.Table) _items.Accumulate(batch, MenuItems.ItemId, MenuItems.ItemName);
        else if (batch.Table == Stores.Table) _stores.Accumulate(batch, Stores.StoreId, Stores.StoreName);
    }

    /// <summary>Takes in what others have seen.</summary>
    /// <param name="other">The others; they are not changed.</param>
    public void Merge(Dimensions other)
    {
        _items.Merge(other._items);
        _stores.Merge(other._stores);
    }

    /// <summary>Writes the names in canonical form.</summary>
    /// <param name="writer">Gets the bytes.</param>
    public void Write(StateWriter writer)
    {
        _items.Write(writer);
        _stores.Write(writer);
    }

    /// <summary>Takes in what <see cref="Write"/> wrote.</summary>
    /// <param name="reader">The bytes.</param>
    /// <exception cref="InvalidDataException">The bytes are no names.</exception>
    public void Read(ref StateReader reader)
    {
        _items.Read(ref reader);
        _stores.Read(ref reader);
    }

    /// <summary>The name of an item, or <c>unknown item N</c>.</summary>
    /// <param name="id">The item.</param>
    /// <param name="summary">Counts what is unknown.</param>
    public ReadOnlySpan<byte> ItemName(int id, ResultSummary summary) => _items.Find(id, "item", summary.UnknownItems);

    /// <summary>The name of a store, or <c>unknown store N</c>.</summary>
    /// <param name="id">The store.</param>
    /// <param name="summary">Counts what is unknown.</param>
    public ReadOnlySpan<byte> StoreName(int id, ResultSummary summary) => _stores.Find(id, "store", summary.UnknownStores);

    /// <summary>Tells a summary which ids were repeated.</summary>
    /// <param name="summary">The summary.</param>
    public void Summarize(ResultSummary summary)
    {
        summary.RepeatedItems += _items.Repeated;
        summary.RepeatedStores += _stores.Repeated;
    }

    /// <summary>Names by id. A repeated id keeps the ordinally smallest name, by its bytes.</summary>
    private sealed class Names
    {
        private readonly Dictionary<int, byte[]> _names = [];

        /// <summary>How many rows named an id that had a name already.</summary>
        public ulong Repeated { get; private set; }

        public void Accumulate(Batch batch, Column<int> idColumn, TextColumn nameColumn)
        {
            var ids = batch.Values(idColumn);
            var names = batch.Texts(nameColumn);
            for (var i = 0; i < ids.Length; i++) Add(ids[i], names[i]);
        }

        public void Merge(Names other)
        {
            foreach (var (id, name) in other._names) Add(id, name);
            Repeated += other.Repeated;
        }

        public ReadOnlySpan<byte> Find(int id, string kind, ISet<int> unknown)
        {
            if (_names.TryGetValue(id, out var name)) return name;
            unknown.Add(id);
            return System.Text.Encoding.UTF8.GetBytes($"unknown {kind} {id}");
        }

        public void Write(StateWriter writer)
        {
            writer.Natural((ulong)_names.Count);
            foreach (var id in _names.Keys.Order())
            {
                writer.Natural((ulong)id);
                writer.Text(_names[id]);
            }

            writer.Natural(Repeated);
        }

        public void Read(ref StateReader reader)
        {
            var previous = -1;
            for (var count = reader.Natural(); count > 0; count--)
            {
                var id = (int)reader.Natural(max: int.MaxValue);
                if (id <= previous) throw new InvalidDataException("The names are not in the order of their ids.");
                Add(id, reader.Text());
                previous = id;
            }

            Repeated += reader.Natural();
        }

        private void Add(int id, ReadOnlySpan<byte> name)
        {
            if (!_names.TryGetValue(id, out var known))
            {
                _names.Add(id, name.ToArray());
                return;
            }

            Repeated++;
            if (name.SequenceCompareTo(known) < 0) _names[id] = name.ToArray();
        }
    }
}
