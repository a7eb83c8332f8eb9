using CoffeeShop.Csv;
using CoffeeShop.Queries;
using CoffeeShop.Results;
using CoffeeShop.Tables;

namespace CoffeeShop.Embedded;

/// <summary>One thread of an embedded run, and what it has seen.</summary>
internal sealed class Worker
{
    private readonly QueryOptions _options;
    private readonly List<RowQuery> _rowQueries;
    private readonly IReadOnlyList<OrderedOutput> _outputs;
    private readonly List<Aggregate> _aggregates;
    private readonly long[] _rows;
    private readonly Dictionary<Table, Batch> _batches = TableRegistry.All.ToDictionary(table => table, table => new Batch(table));
    private readonly Dictionary<Table, long> _rowsRead = TableRegistry.All.ToDictionary(table => table, _ => 0L);
    private readonly RowReader _rowReader;

    public Worker(QueryOptions options, List<RowQuery> rowQueries, IReadOnlyList<OrderedOutput> outputs)
    {
        (_options, _rowQueries, _outputs) = (options, rowQueries, outputs);
        _aggregates = [.. QueryRegistry.All.OfType<AggregateQuery>().Select(query => query.NewAggregate(options))];
        _rows = new long[rowQueries.Count];
        _rowReader = new RowReader(Rejections.Add);
    }

    public Dimensions Dimensions { get; } = new();

    public RejectionLog Rejections { get; } = new();

    /// <summary>The states of the aggregate queries, in the order of the registry.</summary>
    public IReadOnlyList<Aggregate> Aggregates => _aggregates;

    public IReadOnlyDictionary<Table, long> RowsRead => _rowsRead;

    public long RowsOf(RowQuery query) => _rows[_rowQueries.IndexOf(query)];

    public void Run(BlockSource source, CancellationToken stop)
    {
        var block = new Block();
        while (!stop.IsCancellationRequested && source.TryTake(block, out var file, out var sequence))
        {
            var batch = _batches[file.File.Table];
            batch.Clear();
            _rowReader.Read(file.File, file.Header, block, batch);
            _rowsRead[batch.Table] += batch.Count;
            Accumulate(batch, sequence);
            Memory.CollectNowAndThen();
        }

        stop.ThrowIfCancellationRequested();
    }

    /// <summary>Takes in what another worker has seen, beside its aggregates.</summary>
    public void Merge(Worker other)
    {
        for (var i = 0; i < _rows.Length; i++) _rows[i] += other._rows[i];
        foreach (var (table, rows) in other._rowsRead) _rowsRead[table] += rows;
        Dimensions.Merge(other.Dimensions);
        Rejections.Merge(other.Rejections);
    }

    private void Accumulate(Batch batch, long sequence)
    {
        Dimensions.Accumulate(batch);
        foreach (var aggregate in _aggregates) aggregate.Accumulate(batch);
        for (var i = 0; i < _rowQueries.Count; i++)
        {
            var bytes = _outputs[i].Rent();
            var rows = new ResultWriter(bytes);
            _rowQueries[i].Filter(batch, _options, rows);
            _rows[i] += rows.Rows;
            _outputs[i].Write(sequence, bytes);
        }
    }
}
