using BenchmarkDotNet.Attributes;
using CoffeeShop.Csv;
using CoffeeShop.Tables;
using CsvHelper;

namespace CoffeeShop.Benchmarks;

/// <summary>The text of a field into its value; per field.</summary>
public class GrammarBenchmarks
{
    private static readonly Dictionary<Column, ColumnBuffer> Buffers =
        TableRegistry.All.SelectMany(table => table.Columns).ToDictionary(column => column, NewBuffer);

    private readonly byte[][] _ids = FieldsOf(Transactions.StoreId);
    private readonly byte[][] _optionalIds = FieldsOf(Transactions.UserId);
    private readonly byte[][] _quantities = FieldsOf(TransactionItems.Quantity);
    private readonly byte[][] _amounts = FieldsOf(Transactions.FinalAmount);
    private readonly byte[][] _dates = FieldsOf(Users.Birthdate);
    private readonly byte[][] _times = FieldsOf(Transactions.CreatedAt);

    [Benchmark(OperationsPerInvoke = SampleData.Rows)]
    public int Id() => Parse(Transactions.StoreId, _ids);

    [Benchmark(OperationsPerInvoke = SampleData.Rows)]
    public int OptionalId() => Parse(Transactions.UserId, _optionalIds);

    [Benchmark(OperationsPerInvoke = SampleData.Rows)]
    public int Whole() => Parse(TransactionItems.Quantity, _quantities);

    [Benchmark(OperationsPerInvoke = SampleData.Rows)]
    public int Amount() => Parse(Transactions.FinalAmount, _amounts);

    [Benchmark(OperationsPerInvoke = SampleData.Rows)]
    public int Date() => Parse(Users.Birthdate, _dates);

    [Benchmark(OperationsPerInvoke = SampleData.Rows)]
    public int DateTime() => Parse(Transactions.CreatedAt, _times);

    private static int Parse(Column column, byte[][] fields)
    {
        var buffer = Buffers[column];
        var fitting = 0;
        foreach (var field in fields)
            if (buffer.TrySet(0, field)) fitting++;
        return fitting == fields.Length ? fitting : throw new InputException("A generated field does not fit its grammar.");
    }

    private static ColumnBuffer NewBuffer(Column column)
    {
        var buffer = column.NewBuffer();
        buffer.Resize(1);
        return buffer;
    }

    private static byte[][] FieldsOf(Column column)
    {
        var sample = SampleData.Of(column.Table);
        using var records = CsvReader.Create(sample.Block.Lines, CsvDialect.Plain);
        List<byte[]> fields = [];
        while (records.Read()) fields.Add(records.GetSpan(sample.Header.Fields[column.Ordinal]).ToArray());
        return [.. fields];
    }
}
