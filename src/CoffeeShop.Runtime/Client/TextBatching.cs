using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;
using CoffeeShop.Csv;
using CoffeeShop.Protocol;
using CoffeeShop.Tables;

namespace CoffeeShop.Client;

/// <summary>Batches of version 1: each row has exactly the keys of the documents, and the last batch of a file says so.</summary>
internal sealed class TextBatching : Batching
{
    private static readonly int RowsBytesMax = Frame.BodyBytesMax - TableRows.HeaderBytes;

    private readonly Dictionary<Table, Batch> _batches = TableRegistry.All.ToDictionary(table => table, table => new Batch(table));
    private readonly Queue<(ReadOnlyMemory<byte> Rows, int Count)> _whole = new();
    private readonly TextRowReader _reader;
    private ArrayBufferWriter<byte> _rows = new();
    private int _count;

    public TextBatching(Dataset dataset, int batchRows, bool isStrict, Action<DataFile> onFile) : base(dataset, batchRows, isStrict, onFile) =>
        _reader = new TextRowReader(Rejections.Add);

    protected override void BeginTable(Table table)
    {
    }

    protected override IEnumerable<(IMessage Message, int Rows)> ReadBlock(CsvFile file, Block block, long last)
    {
        var table = file.File.Table;
        var keys = DocumentKeys.Of(table);
        int[] fields = [.. keys.Select(key => FieldOf(file, key))];
        ReadOnlyMemory<byte>[] names = [.. keys.Select(key => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(key))];
        _reader.Read(file, block, _batches[table], fields, row =>
        {
            var bytes = sizeof(int);
            for (var i = 0; i < names.Length; i++) bytes += (2 * sizeof(int)) + names[i].Length + Text(row[i]).Length;
            if (bytes > RowsBytesMax)
                throw new InputException($"{file.File.Name}: a row near byte {block.Offset} is too long to be sent: it takes {bytes} bytes, at most {RowsBytesMax} fit.");
            // The last batch of a file says that it is, so a batch is whole only when a row comes that is not in it.
            if (_count == BatchRows || _rows.WrittenCount + bytes > RowsBytesMax) Close();
            WriteNumber(names.Length);
            for (var i = 0; i < names.Length; i++)
            {
                WriteText(names[i].Span);
                WriteText(Text(row[i]));
            }

            _count++;
        });
        while (_whole.TryDequeue(out var batch))
            yield return (new TableRows(table, batch.Count, ++last, BatchStatus.Continue, new ReadOnlySequence<byte>(batch.Rows)), batch.Count);
    }

    protected override IEnumerable<(IMessage Message, int Rows)> EndFile(CsvFile file, long last)
    {
        if (_count == 0) yield break;
        Close();
        var (rows, count) = _whole.Dequeue();
        yield return (new TableRows(file.File.Table, count, last + 1, BatchStatus.EndOfFile, new ReadOnlySequence<byte>(rows)), count);
    }

    protected override IMessage EndTable(Table table, long last) => new EndOfTable(table, last, HashSum: null);

    private void Close()
    {
        _whole.Enqueue((_rows.WrittenMemory, _count));
        _rows = new ArrayBufferWriter<byte>(_rows.WrittenCount);
        _count = 0;
    }

    /// <summary>The field of a key: of the column of that name, or else of the same name in the header; −1 when the file has none.</summary>
    private static int FieldOf(CsvFile file, string key)
    {
        var column = file.File.Table.Columns.FirstOrDefault(column => column.Names.Contains(key));
        return column is null ? file.Header.Names.IndexOf(key) : file.Header.Fields[column.Ordinal];
    }

    /// <summary>A field that no query reads may be no UTF-8, which no server takes: what is wrong in it becomes U+FFFD.</summary>
    private static ReadOnlySpan<byte> Text(ReadOnlySpan<byte> field) =>
        Utf8.IsValid(field) ? field : Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(field));

    private void WriteNumber(int number)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_rows.GetSpan(sizeof(int)), number);
        _rows.Advance(sizeof(int));
    }

    private void WriteText(ReadOnlySpan<byte> text)
    {
        WriteNumber(text.Length);
        _rows.Write(text);
    }
}
