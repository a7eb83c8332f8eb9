using CoffeeShop.Csv;
using CoffeeShop.Protocol;
using CoffeeShop.Tables;

namespace CoffeeShop.Client;

/// <summary>
/// Cuts a dataset into numbered batches. Which rows are in which batch follows from the files and the settings alone, so
/// that a session can be gone on with: the batches of a table are numbered 1 … K across its files, in the order of the
/// files, none spans two files, and tables come in the order of the registry. Not for concurrent use, and used once.
/// </summary>
/// <param name="dataset">The files.</param>
/// <param name="batchRows">The most rows of a batch.</param>
/// <param name="isStrict">Whether nothing more is sent once a row is rejected; the rest is read for its rejections alone.</param>
/// <param name="onFile">Called when the reading of a file begins.</param>
internal abstract class Batching(Dataset dataset, int batchRows, bool isStrict, Action<DataFile> onFile)
{
    private readonly Block _block = new();

    /// <summary>The rows that were rejected.</summary>
    public RejectionLog Rejections { get; } = new();

    /// <summary>The rows that are in batches, per table.</summary>
    public Dictionary<Table, long> Rows { get; } = TableRegistry.All.ToDictionary(table => table, _ => 0L);

    /// <summary>Whether the input is refused for a rejected row.</summary>
    public bool IsRefused => isStrict && Rejections.Count > 0;

    /// <summary>Where frames come from.</summary>
    public FramePool Frames { get; } = new();

    /// <summary>The most rows of a batch.</summary>
    protected int BatchRows => batchRows;

    /// <summary>The batches of all tables, each table followed by its end.</summary>
    /// <exception cref="InputException">A file can no longer be read, or a row does not fit into a frame.</exception>
    public IEnumerable<Outgoing> Read()
    {
        foreach (var table in TableRegistry.All)
        {
            var (number, inputBytes) = (0L, 0L);
            BeginTable(table);
            foreach (var file in dataset.Files.Where(file => file.File.Table == table))
            {
                onFile(file.File);
                using var reader = Guard(file, () => new BlockReader(file.File.FullPath, file.Header.DataOffset));
                inputBytes += file.Header.DataOffset;
                for (var isWhole = false; !isWhole;)
                {
                    isWhole = !Guard(file, () => reader.TryRead(_block));
                    if (!isWhole) inputBytes += _block.Records.Length;
                    foreach (var (message, rows) in isWhole ? EndFile(file, number) : ReadBlock(file, _block, number))
                    {
                        number++;
                        Rows[table] += rows;
                        if (!IsRefused) yield return new Outgoing(table, number, IsEnd: false, Frames.Write(message), inputBytes);
                    }
                }
            }

            if (!IsRefused) yield return new Outgoing(table, number, IsEnd: true, Frames.Write(EndTable(table, number)), inputBytes);
        }
    }

    /// <summary>Whatever is kept of a table begins anew.</summary>
    protected abstract void BeginTable(Table table);

    /// <summary>The batches that become whole with a block, each with its number of rows.</summary>
    /// <param name="file">The file of the block.</param>
    /// <param name="block">The block.</param>
    /// <param name="last">The number of the table's last batch before.</param>
    protected abstract IEnumerable<(IMessage Message, int Rows)> ReadBlock(CsvFile file, Block block, long last);

    /// <summary>The batches that become whole with the end of a file.</summary>
    protected abstract IEnumerable<(IMessage Message, int Rows)> EndFile(CsvFile file, long last);

    /// <summary>The message that ends a table.</summary>
    protected abstract IMessage EndTable(Table table, long last);

    private static T Guard<T>(CsvFile file, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{file.File.Name}: the file can no longer be read: {e.Message}");
        }
    }
}
