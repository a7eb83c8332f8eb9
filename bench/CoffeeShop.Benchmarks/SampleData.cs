using CoffeeShop.Csv;
using CoffeeShop.Generation;
using CoffeeShop.Tables;

namespace CoffeeShop.Benchmarks;

/// <summary>A block of generated rows for each table, the same for all benchmarks.</summary>
internal static class SampleData
{
    /// <summary>The rows of a block. A constant, so that results are per row.</summary>
    public const int Rows = 2048;

    private static readonly Lazy<Dictionary<Table, Sample>> All = new(Generate);

    public static Sample Of(Table table) => All.Value[table];

    private static Dictionary<Table, Sample> Generate()
    {
        var folder = Directory.CreateTempSubdirectory("coffee-benchmark-");
        try
        {
            // A month in which most transactions have a user.
            var month = new Month(2025, 1);
            var options = new GeneratorOptions { OutputFolder = folder.FullName, FirstMonth = month, LastMonth = month, TransactionsPerMonth = 10_000, Users = 50_000 };
            new Generator(options).Run(CancellationToken.None);
            return DataFolder.Open(folder.FullName).Files.GroupBy(file => file.Table)
                .ToDictionary(files => files.Key, files => Sample.Read(files.MaxBy(file => file.Length)!));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}

/// <summary>Rows of one table.</summary>
/// <param name="File">The file they are from, which is no longer there.</param>
/// <param name="Header">Its header.</param>
/// <param name="Block"><see cref="SampleData.Rows"/> records.</param>
internal sealed record Sample(DataFile File, CsvHeader Header, Block Block)
{
    public static Sample Read(DataFile file)
    {
        List<string> problems = [];
        var header = CsvHeader.Read(file, problems) ?? throw new InputException(problems);
        var records = System.IO.File.ReadAllBytes(file.FullPath).AsSpan((int)header.DataOffset);
        var block = new Block();
        var rest = records;
        for (var row = 0; row < SampleData.Rows; row++)
        {
            // A small table is repeated.
            if (rest.IsEmpty) rest = records;
            var length = rest.IndexOf((byte)'\n') + 1;
            if (block.End + length + Block.BytesBehind > block.Bytes.Length) Array.Resize(ref block.Bytes, 2 * block.Bytes.Length);
            rest[..length].CopyTo(block.Bytes.AsSpan(block.End));
            block.End += length;
            rest = rest[length..];
        }

        return new Sample(file, header, block);
    }

    /// <summary>The rows in columns.</summary>
    public Batch NewBatch()
    {
        var batch = new Batch(File.Table);
        var reader = new RowReader(rejection => throw new InputException($"{rejection.File.Name}: found {rejection.Found}, expected {rejection.Expected}."));
        reader.Read(File, Header, Block, batch);
        return batch;
    }

    public override string ToString() => File.Table.Name;
}
