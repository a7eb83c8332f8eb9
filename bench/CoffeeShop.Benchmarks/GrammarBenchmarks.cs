using BenchmarkDotNet.Attributes;
using CoffeeShop.Csv;
using CoffeeShop.Tables;
using CsvHelper;

namespace CoffeeShop.Benchmarks;

/// <summary>The text of a field into its value; per field.</summary>
public class GrammarBenchmarks
{
    private readonly byte[][] _ids = FieldsOf(Transactions.StoreId);
    private readonly byte[][] _optionalIds = FieldsOf(Transactions.UserId);
    private readonly byte[][] _quantities = FieldsOf(TransactionItems.Quantity);
    private readonly byte[][] _amounts = FieldsOf(Transactions.FinalAmount);
    private readonly byte[][] _dates = FieldsOf(Users.Birthdate);
    private readonly byte[][] _times = FieldsOf(Transactions.CreatedAt);

    [Benchmark(OperationsPerInvoke = SampleData.Rows)]
    public int Id() => Parse<int, IdGrammar>(_ids);

    [Benchmark(OperationsPerInvoke = SampleData.Rows)]
    public int OptionalId() => Parse<int, OptionalIdGrammar>(_optionalIds);

    [Benchmark(OperationsPerInvoke = SampleData.Rows)]
    public int Whole() => Parse<long, WholeGrammar>(_quantities);

    [Benchmark(OperationsPerInvoke = SampleData.Rows)]
    public int Amount() => Parse<Money, MoneyGrammar>(_amounts);

    [Benchmark(OperationsPerInvoke = SampleData.Rows)]
    public int Date() => Parse<LocalDate, DateGrammar>(_dates);

    [Benchmark(OperationsPerInvoke = SampleData.Rows)]
    public int DateTime() => Parse<LocalDateTime, DateTimeGrammar>(_times);

    private static int Parse<T, TGrammar>(byte[][] fields) where T : unmanaged where TGrammar : struct, IGrammar<T>
    {
        var fitting = 0;
        foreach (var field in fields)
            if (TGrammar.TryParse(field, out _)) fitting++;
        return fitting == fields.Length ? fitting : throw new InputException("A generated field does not fit its grammar.");
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
