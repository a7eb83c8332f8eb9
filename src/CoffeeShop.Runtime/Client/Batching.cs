using System.Buffers;
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
/// <param name="isStrict">Whether nothing more is sent once a row is rejected; the rest is read for its rejections alone.</param>
/// <param name="onFile">Called when the reading of a file begins.</param>
internal abstract class Batching(Dataset dataset, bool isStrict, Action<DataFile> onFile)
{
    private readonly Dictionary<Table, Batch> _batches = TableRegistry.All.ToDictionary(table => table, table => new Batch(table));

    /// <summary>More rows in a message would hardly make each of them cheaper, and a busy server answers smaller messages sooner.</summary>
    private readonly Block _block = new(384 << 10);
    private long _last;

    /// <summary>The rows that were rejected.</summary>
    public RejectionLog Rejections { get; } = new();

    /// <summary>The rows that are in batches, per table.</summary>
    public Dictionary<Table, long> Rows { get; } = TableRegistry.All.ToDictionary(table => table, _ => 0L);

    /// <summary>Whether the input is refused for a rejected row.</summary>
    public bool IsRefused => isStrict && Rejections.Count > 0;

    /// <summary>Where frames come from.</summary>
    public FramePool Frames { get; } = new();

    /// <summary>The batches of all tables, each table followed by its end.</summary>
    /// <param name="stop">Ends the reading.</param>
    /// <exception cref="InputException">A file can no longer be read.</exception>
    public IEnumerable<Outgoing> Read(CancellationToken stop)
    {
        foreach (var table in TableRegistry.All)
        {
            var inputBytes = 0L;
            _last = 0;
            BeginTable(table);
            foreach (var file in dataset.Files.Where(file => file.File.Table == table))
            {
                foreach (var (bytes, cut) in ReadFile(file, stop))
                {
                    Rows[table] += cut.Rows;
                    if (IsRefused) Frames.Return(cut.Frame);
                    else yield return new Outgoing(table, cut.Number, IsEnd: false, cut.Frame, inputBytes + bytes);
                }

                inputBytes += file.File.Length;
            }

            if (IsRefused) continue;
            var frame = Frames.Rent();
            FrameWriter.Write(frame, EndTable(table, _last));
            yield return new Outgoing(table, _last, IsEnd: true, frame, inputBytes);
        }
    }

    /// <summary>A batch for checking the rows of a table.</summary>
    protected Batch BatchOf(Table table) => _batches[table];

    /// <summary>The number of the batch that is cut next.</summary>
    protected long NextNumber() => ++_last;

    /// <summary>Whatever is kept of a table begins anew.</summary>
    protected abstract void BeginTable(Table table);

    /// <summary>The batches that become whole with a block.</summary>
    protected abstract IEnumerable<CutBatch> ReadBlock(CsvFile file, Block block);

    /// <summary>The batches that become whole with the end of a file.</summary>
    protected abstract IEnumerable<CutBatch> EndFile();

    /// <summary>The message that ends a table.</summary>
    protected abstract IMessage EndTable(Table table, long last);

    private IEnumerable<(long Bytes, CutBatch Cut)> ReadFile(CsvFile file, CancellationToken stop)
    {
        onFile(file.File);
        using var reader = Guard(file, () => new BlockReader(file.File.FullPath, file.Header.DataOffset));
        while (Guard(file, () => reader.TryRead(_block)))
        {
            stop.ThrowIfCancellationRequested();
            foreach (var cut in ReadBlock(file, _block)) yield return (_block.Offset + _block.Records.Length, cut);
        }

        foreach (var cut in EndFile()) yield return (file.File.Length, cut);
    }

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

    /// <summary>A batch in its frame.</summary>
    protected readonly record struct CutBatch(long Number, ArrayBufferWriter<byte> Frame, int Rows);
}
