using CoffeeShop.Csv;
using CoffeeShop.Queries;
using CoffeeShop.Results;
using CoffeeShop.Tables;

namespace CoffeeShop.Embedded;

/// <summary>One thread of an embedded run, and what it has seen.</summary>
internal sealed class Worker
{
    /// <summary>The query that passes rows on. It is the first of the registry, so its rows go straight into the result.</summary>
    private static readonly RowQuery RowQuery = QueryRegistry.All.OfType<RowQuery>().Single();

    private readonly QueryOptions _options;
    private readonly OrderedOutput _output;
    private readonly List<Aggregate> _aggregates;
    private readonly Dictionary<Table, Batch> _batches = TableRegistry.All.ToDictionary(table => table, table => new Batch(table));
    private readonly Dictionary<Table, long> _rowsRead = TableRegistry.All.ToDictionary(table => table, _ => 0L);
    private readonly RowReader _rowReader;

    public Worker(QueryOptions options, OrderedOutput output)
    {
        (_options, _output) = (options, output);
        _aggregates = [.. QueryRegistry.All.OfType<AggregateQuery>().Select(query => query.NewAggregate(options))];
        _rowReader = new RowReader(Rejections.Add);
    }

    public Dimensions Dimensions { get; } = new();

    public RejectionLog Rejections { get; } = new();

    /// <summary>The states of the aggregate queries, in the order of the registry.</summary>
    public IReadOnlyList<Aggregate> Aggregates => _aggregates;

    public IReadOnlyDictionary<Table, long> RowsRead => _rowsRead;

    /// <summary>How many rows have been passed on.</summary>
    public long RowsPassed { get; private set; }

    public void Run(BlockSource source, CancellationToken stop)
    {
        var block = new Block();
        while (!stop.IsCancellationRequested && source.TryTake(block, out var file, out var sequence))
        {
            var batch = _batches[file.File.Table];
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
        RowsPassed += other.RowsPassed;
        foreach (var (table, rows) in other._rowsRead) _rowsRead[table] += rows;
        Dimensions.Merge(other.Dimensions);
        Rejections.Merge(other.Rejections);
    }

    private void Accumulate(Batch batch, long sequence)
    {
        Dimensions.Accumulate(batch);
        foreach (var aggregate in _aggregates) aggregate.Accumulate(batch);
        var bytes = _output.Rent();
        var rows = new ResultWriter(bytes);
        RowQuery.Filter(batch, _options, rows);
        RowsPassed += rows.Rows;
        _output.Write(sequence, bytes);
    }
}
