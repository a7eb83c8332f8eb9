using Microsoft.Win32.SafeHandles;

namespace CoffeeShop.Csv;

/// <summary>
/// Cuts a file into blocks of whole records. Where the cuts fall follows from the file alone, and at most
/// <see cref="Block.RecordBytesMax"/> bytes are kept between two blocks. Not for concurrent use.
/// </summary>
public sealed class BlockReader : IDisposable
{
    private readonly SafeFileHandle _file;
    private byte[] _carry = [];
    private int _carried;
    private long _position;
    private bool _ended;
    private bool _isPassing;

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="offset">Where the first record begins.</param>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public BlockReader(string path, long offset)
    {
        _file = File.OpenHandle(path, options: FileOptions.SequentialScan);
        _position = offset;
    }

    /// <summary>Fills a block with the next records. It may be left empty before the end: within a line that is far too long.</summary>
    /// <param name="block">The block to fill; what was in it is lost.</param>
    /// <returns>False at the end of the file.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public bool TryRead(Block block)
    {
        (block.End, block.HasQuotes, block.IsUnclosed) = (1, false, false);
        Append(block, _carry.AsSpan(0, _carried));
        block.Offset = _position - _carried;
        _carried = 0;
        if (_isPassing && !TryPassOver(block)) return true;
        for (var bytesMax = block.Target; ; bytesMax = Math.Min(2 * bytesMax, Block.RecordBytesMax))
        {
            Fill(block, bytesMax);
            if (block.End == 1) return false;
            var cut = RecordCutter.Find(block.Records, isWhole: _ended, out var hasQuotes);
            block.HasQuotes = hasQuotes;
            if (cut > 0)
            {
                KeepFrom(block, 1 + cut);
                return true;
            }

            if (_ended || bytesMax == Block.RecordBytesMax)
            {
                CutUnclosedLine(block);
                return true;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    /// <summary>
    /// A record without an end has, nearly always, a quote that was never closed. Only its first line is given up:
    /// reading goes on with the next one, so a stray quote costs one line and not the rest of the file.
    /// </summary>
    private void CutUnclosedLine(Block block)
    {
        block.IsUnclosed = true;
        var lineFeed = block.Records.IndexOf((byte)'\n');
        if (lineFeed >= 0)
        {
            KeepFrom(block, 1 + lineFeed + 1);
            return;
        }

        // Not even the line ends within the limit. Its beginning is kept, for the message, and the rest is passed over.
        _isPassing = !_ended;
    }

    /// <summary>Passes over a piece of a line: a piece at a time, so that a reader of gigabytes without a line end can be stopped.</summary>
    /// <returns>Whether the line has ended.</returns>
    private bool TryPassOver(Block block)
    {
        var piece = block.Bytes.AsSpan(0, RandomAccess.Read(_file, block.Bytes, _position));
        var lineFeed = piece.IndexOf((byte)'\n');
        _ended = piece.IsEmpty;
        _position += lineFeed < 0 ? piece.Length : lineFeed + 1;
        block.Offset = _position;
        _isPassing = lineFeed < 0 && !_ended;
        return !_isPassing;
    }

    /// <summary>Reads until there are this many bytes of records. A block that has grown is not filled further than a new one.</summary>
    private void Fill(Block block, int bytesMax)
    {
        var length = 1 + bytesMax + Block.BytesBehind;
        if (block.Bytes.Length < length) Array.Resize(ref block.Bytes, length);
        while (!_ended && block.End < 1 + bytesMax)
        {
            var read = RandomAccess.Read(_file, block.Bytes.AsSpan(block.End, 1 + bytesMax - block.End), _position);
            _position += read;
            block.End += read;
            _ended = read == 0;
        }
    }

    private void KeepFrom(Block block, int start)
    {
        _carried = block.End - start;
        if (_carried > _carry.Length) _carry = new byte[Math.Max(_carried, 4096)];
        block.Bytes.AsSpan(start, _carried).CopyTo(_carry);
        block.End = start;
    }

    private static void Append(Block block, ReadOnlySpan<byte> bytes)
    {
        while (block.Bytes.Length - Block.BytesBehind - block.End < bytes.Length) Array.Resize(ref block.Bytes, 2 * block.Bytes.Length);
        bytes.CopyTo(block.Bytes.AsSpan(block.End));
        block.End += bytes.Length;
    }
}
