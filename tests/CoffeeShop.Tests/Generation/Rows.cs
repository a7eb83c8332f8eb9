using CoffeeShop.Csv;
using CoffeeShop.Tables;

namespace CoffeeShop.Tests.Generation;

/// <summary>Reads a dataset as the analyzer does.</summary>
internal static class Rows
{
    /// <summary>Hands every batch of the files of a table to the caller, and every rejection.</summary>
    public static void Read(string folder, Table table, Action<Batch> onBatch, Action<Rejection> onRejected)
    {
        foreach (var file in DataFolder.Open(folder).Files.Where(file => file.Table == table)) Read(file, onBatch, onRejected);
    }

    public static void Read(DataFile file, Action<Batch> onBatch, Action<Rejection> onRejected)
    {
        List<string> problems = [];
        var header = CsvHeader.Read(file, problems);
        Assert.Empty(problems);
        if (header is null) return;
        using var blocks = new BlockReader(file.FullPath, header.DataOffset);
        var rows = new RowReader(onRejected);
        var block = new Block();
        var batch = new Batch(file.Table);
        while (blocks.TryRead(block))
        {
            rows.Read(file, header, block, batch);
            onBatch(batch);
        }
    }
}
