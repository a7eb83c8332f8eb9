using System.Buffers;
using CoffeeShop.Csv;
using CoffeeShop.Queries;
using CoffeeShop.Results;
using CoffeeShop.Tables;

namespace CoffeeShop.Tests.Embedded;

public sealed class AllocationTests
{
    public static TheoryData<string> TableNames => [.. TableRegistry.All.Where(table => Row(table).Length > 0).Select(table => table.Name)];

    /// <summary>What is allocated is the same for few rows and for many: nothing is allocated for a row.</summary>
    [Theory]
    [MemberData(nameof(TableNames))]
    public void Nothing_is_allocated_for_a_row(string name)
    {
        AllocatesTheSameForFewAndMany(name, recordByRecord: false);
        AllocatesTheSameForFewAndMany(name, recordByRecord: true);
    }

    private static void AllocatesTheSameForFewAndMany(string name, bool recordByRecord)
    {
        var table = TableRegistry.All.Single(table => table.Name == name);
        using var folder = new TemporaryFolder();
        var few = new Reading(table, folder.Write("few.csv", Header(table) + string.Concat(Enumerable.Repeat(Row(table), 100))), recordByRecord);
        var many = new Reading(table, folder.Write("many.csv", Header(table) + string.Concat(Enumerable.Repeat(Row(table), 1000))), recordByRecord);
        Assert.Equal(few.Allocated(), many.Allocated());
    }

    private static string Header(Table table) => string.Join(',', table.Columns.Select(column => column.Name)) + "\n";

    private static string Row(Table table) => table.Name switch
    {
        "users" => "46047,1973-10-31\n",
        "transactions" => "ac6f851c-649f-42fb-a606-72be0fdcf8d2,5,46047.0,78.5,2024-01-01 10:06:50\n",
        "transaction_items" => "6,2,19.0,2024-01-01 10:06:50\n",
        _ => "",
    };

    /// <summary>One block of a file, through everything that sees its rows.</summary>
    private sealed class Reading
    {
        private readonly DataFile _file;
        private readonly CsvHeader _header;
        private readonly Block _block = new();
        private readonly Batch _batch;
        private readonly RowReader _reader = new(rejection => throw new InvalidOperationException(rejection.ToString()));
        private readonly List<Aggregate> _aggregates = [.. QueryRegistry.All.OfType<AggregateQuery>().Select(query => query.NewAggregate(QueryOptions.Default))];
        private readonly ArrayBufferWriter<byte> _output = new();

        public Reading(Table table, string path, bool recordByRecord)
        {
            _file = new DataFile(table, path, "file.csv", new FileInfo(path).Length);
            _header = CsvHeader.Read(_file, [])!;
            _batch = new Batch(table);
            using var blocks = new BlockReader(path, _header.DataOffset);
            Assert.True(blocks.TryRead(_block));
            _block.HasQuotes |= recordByRecord;
        }

        /// <summary>The least of several times: the first make room and compile, and pools may be trimmed at any time.</summary>
        public long Allocated() => Enumerable.Range(0, 10).Min(_ =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Pass();
            return GC.GetAllocatedBytesForCurrentThread() - before;
        });

        private void Pass()
        {
            _reader.Read(_file, _header, _block, _batch);
            foreach (var aggregate in _aggregates) aggregate.Accumulate(_batch);
            _output.ResetWrittenCount();
            foreach (var query in QueryRegistry.All.OfType<RowQuery>()) query.Filter(_batch, QueryOptions.Default, new ResultWriter(_output));
        }
    }
}
