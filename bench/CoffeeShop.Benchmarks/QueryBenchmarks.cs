using System.Buffers;
using BenchmarkDotNet.Attributes;
using CoffeeShop.Queries;
using CoffeeShop.Results;
using CoffeeShop.Tables;

namespace CoffeeShop.Benchmarks;

/// <summary>What each query of the registry does with a batch of each table it reads, dimension tables aside; per row.</summary>
public class QueryBenchmarks
{
    private readonly ArrayBufferWriter<byte> _rows = new(1024 * 1024);
    private Batch _batch = null!;
    private Aggregate? _aggregate;

    [ParamsSource(nameof(Inputs))]
    public QueryInput Input { get; set; } = null!;

    public static IEnumerable<QueryInput> Inputs =>
        from query in QueryRegistry.All
        from table in TableRegistry.All
        where query.ReadsTable(table) && table != MenuItems.Table && table != Stores.Table
        select new QueryInput(query, table);

    [GlobalSetup]
    public void Setup()
    {
        _batch = SampleData.Of(Input.Table).NewBatch();
        _aggregate = (Input.Query as AggregateQuery)?.NewAggregate(QueryOptions.Default);
        // All keys are there when measuring begins: what is measured is a row, not the growing of a table.
        TakeIn();
    }

    [Benchmark(OperationsPerInvoke = SampleData.Rows)]
    public void TakeIn()
    {
        if (_aggregate is not null)
        {
            _aggregate.Accumulate(_batch);
            return;
        }

        _rows.ResetWrittenCount();
        ((RowQuery)Input.Query).Filter(_batch, QueryOptions.Default, new ResultWriter(_rows));
    }
}

/// <summary>A query and a table it reads.</summary>
public sealed record QueryInput(Query Query, Table Table)
{
    public override string ToString() => $"{Query.Name} {Table}";
}
