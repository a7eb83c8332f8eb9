using System.Buffers;
using BenchmarkDotNet.Attributes;
using CoffeeShop.Csv;
using CoffeeShop.Protocol;
using CoffeeShop.Tables;
using CsvHelper;

namespace CoffeeShop.Benchmarks;

/// <summary>From a batch to the wire and back, in both versions of the protocol; per row of each table.</summary>
public class ProtocolBenchmarks
{
    private readonly ArrayBufferWriter<byte> _output = new(Frame.BodyBytesMax);
    private Batch _batch = null!;
    private Batch _read = null!;
    private byte[] _columnar = [];
    private byte[] _rows = [];

    [ParamsSource(nameof(Tables))]
    public Table Table { get; set; } = null!;

    public static IEnumerable<Table> Tables => TableRegistry.All;

    [GlobalSetup]
    public void Setup()
    {
        var sample = SampleData.Of(Table);
        (_batch, _read) = (sample.NewBatch(), new Batch(Table));
        _columnar = Encoded(() => ColumnarCodec.Write(_batch, _output));
        var writer = WriteRows(sample);
        _rows = writer.Flush(1, BatchStatus.Continue).Frame.WrittenSpan[(Frame.HeaderBytes + TableRows.HeaderBytes)..].ToArray();
        Console.WriteLine($"// {Table}: {(double)_columnar.Length / SampleData.Rows:0.0} bytes per row in columns, {(double)_rows.Length / SampleData.Rows:0.0} as texts");
    }

    [Benchmark(OperationsPerInvoke = SampleData.Rows)]
    public int EncodeColumns()
    {
        _output.ResetWrittenCount();
        ColumnarCodec.Write(_batch, _output);
        return _output.WrittenCount;
    }

    [Benchmark(OperationsPerInvoke = SampleData.Rows)]
    public int DecodeColumns()
    {
        ColumnarCodec.Read(_columnar, _read);
        return _read.Count;
    }

    [Benchmark(OperationsPerInvoke = SampleData.Rows)]
    public int DecodeRows()
    {
        _read.Clear();
        RowsReader.Append(_rows, SampleData.Rows, _read, static (_, _, _) => { });
        return _read.Count;
    }

    private byte[] Encoded(Action write)
    {
        _output.ResetWrittenCount();
        write();
        return _output.WrittenSpan.ToArray();
    }

    private RowsWriter WriteRows(Sample sample)
    {
        var writer = new RowsWriter(Table, SampleData.Rows, () => new ArrayBufferWriter<byte>());
        using var records = CsvReader.Create(sample.Block.Lines, CsvDialect.Plain);
        while (records.Read())
        {
            writer.BeginRow();
            foreach (var key in writer.Keys)
            {
                var column = Table.Columns.FirstOrDefault(column => column.Names.Contains(key.Name));
                writer.Value(column is null ? "12.5"u8 : records.GetSpan(sample.Header.Fields[column.Ordinal]));
            }

            writer.EndRow();
        }

        return writer;
    }
}
