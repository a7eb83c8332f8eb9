using System.Buffers;
using System.Text;
using CoffeeShop.Protocol;
using CoffeeShop.Tables;
using CoffeeShop.Tests.Queries;

namespace CoffeeShop.Tests.Protocol;

public sealed class CodecAllocationTests
{
    public static TheoryData<string> Tables => [.. TableRegistry.All.Select(table => table.Name)];

    [Theory]
    [MemberData(nameof(Tables))]
    public void Columnar_rows_are_written_and_read_without_allocation(string name)
    {
        var table = TableRegistry.All.Single(table => table.Name == name);
        var batch = Batches.Random(new Random(1), table, 1000);
        var read = new Batch(table);
        var output = new ArrayBufferWriter<byte>();
        Assert.Equal(0, Allocated(() =>
        {
            output.ResetWrittenCount();
            ColumnarCodec.Write(batch, output);
            ColumnarCodec.Read(output.WrittenSpan, read);
        }));
    }

    [Theory]
    [MemberData(nameof(Tables))]
    public void Rows_of_version_1_are_written_and_read_without_allocation(string name)
    {
        var table = TableRegistry.All.Single(table => table.Name == name);
        var fields = table.WireKeys.Select(key => Encoding.UTF8.GetBytes(key switch
        {
            "birthdate" => "1973-10-31",
            "created_at" => "2024-01-01 10:06:50",
            _ => "5",
        })).ToArray();
        var output = new ArrayBufferWriter<byte>();
        var writer = new RowsWriter(table, rowsMax: 10_000, () => output);
        var read = new Batch(table);

        long AllocatedFor(int rows) => Allocated(() =>
        {
            for (var row = 0; row < rows; row++)
            {
                writer.BeginRow();
                foreach (var field in fields) writer.Value(field);
                writer.EndRow();
            }

            writer.Flush(1, BatchStatus.Continue);
            read.Clear();
            RowsReader.Append(output.WrittenSpan[(Frame.HeaderBytes + TableRows.HeaderBytes)..], rows, read, static (_, _, _) => { });
            output.ResetWrittenCount();
        });

        // A frame has its message; a row has nothing.
        Assert.Equal(AllocatedFor(1000), AllocatedFor(10));
    }

    /// <summary>The least of several times: the first make room and compile.</summary>
    private static long Allocated(Action action) => Enumerable.Range(0, 10).Min(_ =>
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    });
}
