using BenchmarkDotNet.Attributes;
using CoffeeShop.Csv;
using CoffeeShop.Tables;
using CsvHelper;

namespace CoffeeShop.Benchmarks;

/// <summary>From the bytes of a block to fields, and on to a batch; per row of each table.</summary>
public class CsvBenchmarks
{
    private Sample _sample = null!;
    private Batch _batch = null!;
    private RowReader _reader = null!;

    [ParamsSource(nameof(Tables))]
    public Table Table { get; set; } = null!;

    public static IEnumerable<Table> Tables => TableRegistry.All;

    [GlobalSetup]
    public void Setup()
    {
        _sample = SampleData.Of(Table);
        _batch = _sample.NewBatch();
        _reader = new RowReader(_ => { });
    }

    /// <summary>The CSV library alone: where each record and the fields that queries read begin and end.</summary>
    [Benchmark(OperationsPerInvoke = SampleData.Rows)]
    public int Scan()
    {
        using var records = CsvReader.Create(_sample.Block.Lines, CsvDialect.Plain);
        var bytes = 0;
        while (records.Read())
            foreach (var field in _sample.Header.Fields) bytes += records.GetSpan(field).Length;
        return bytes;
    }

    /// <summary>The same, with every field parsed into its column.</summary>
    [Benchmark(OperationsPerInvoke = SampleData.Rows)]
    public int ReadRows()
    {
        _reader.Read(_sample.File, _sample.Header, _sample.Block, _batch);
        return _batch.Count;
    }
}
