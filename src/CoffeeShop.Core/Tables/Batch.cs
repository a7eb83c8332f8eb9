namespace CoffeeShop.Tables;

/// <summary>
/// Rows of one table in columns: an array per column that some query reads. Memory is kept and reused from one filling
/// to the next; spans taken from a batch are valid until it is changed.
/// </summary>
public sealed class Batch
{
    private readonly ColumnBuffer[] _buffers;
    private int _capacity;

    /// <summary>An empty batch of a table.</summary>
    /// <param name="table">The table whose rows it will hold.</param>
    public Batch(Table table)
    {
        Table = table;
        _buffers = new ColumnBuffer[table.Columns.Length];
        for (var i = 0; i < _buffers.Length; i++) _buffers[i] = table.Columns[i].NewBuffer();
    }

    /// <summary>The table whose rows these are.</summary>
    public Table Table { get; }

    /// <summary>The number of rows.</summary>
    public int Count { get; private set; }

    /// <summary>The values of a column, one per row.</summary>
    /// <typeparam name="T">The type of a value.</typeparam>
    /// <param name="column">A column of <see cref="Table"/>.</param>
    public ReadOnlySpan<T> Values<T>(Column<T> column) where T : unmanaged =>
        ((ValueBuffer<T>)Buffer(column)).Values.AsSpan(0, Count);

    /// <summary>The texts of a column, one per row.</summary>
    /// <param name="column">A column of <see cref="Table"/>.</param>
    public TextValues Texts(TextColumn column) => ((TextBuffer)Buffer(column)).Values;

    /// <summary>Takes all rows out.</summary>
    public void Clear() => Count = 0;

    /// <summary>The columns, to be filled row by row or many rows at once.</summary>
    internal ReadOnlySpan<ColumnBuffer> Columns => _buffers;

    /// <summary>Makes room for this many rows.</summary>
    internal void Reserve(int rows)
    {
        if (rows > _capacity) Grow(rows);
    }

    /// <summary>Says how many rows have been filled in all columns.</summary>
    internal void Commit(int count) => Count = count;

    private void Grow(int rows)
    {
        _capacity = Math.Max(Math.Max(256, rows), 2 * _capacity);
        foreach (var buffer in _buffers) buffer.Resize(_capacity);
    }

    private ColumnBuffer Buffer(Column column) => ReferenceEquals(column.Table, Table)
        ? _buffers[column.Ordinal]
        : throw new ArgumentException($"Column {column.Name} belongs to {column.Table}, the batch to {Table}.", nameof(column));
}
