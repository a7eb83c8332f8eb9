using CoffeeShop.Csv;

namespace CoffeeShop.Embedded;

/// <summary>
/// Hands out the blocks of all files, one after the other, to any number of threads. The blocks are numbered in the order
/// of the input, so that what is in input order can be put back into it with little waiting.
/// </summary>
/// <param name="files">The files, in the order of reading.</param>
internal sealed class BlockSource(IReadOnlyList<CsvFile> files) : IDisposable
{
    private readonly Lock _lock = new();
    private BlockReader? _current;
    private int _file = -1;
    private long _sequence;
    private long _bytesRead;

    /// <summary>How many bytes have been handed out.</summary>
    public long BytesRead => Volatile.Read(ref _bytesRead);

    /// <summary>Fills a block with the next records.</summary>
    /// <param name="block">The block to fill.</param>
    /// <param name="file">The file they are from.</param>
    /// <param name="sequence">The number of the block: 0, 1, 2, …</param>
    /// <returns>False when all files have been read.</returns>
    /// <exception cref="InputException">A file can no longer be read.</exception>
    public bool TryTake(Block block, out CsvFile file, out long sequence)
    {
        lock (_lock)
        {
            while (true)
            {
                file = files[Math.Max(_file, 0)];
                sequence = _sequence;
                try
                {
                    if (_current is not null && _current.TryRead(block))
                    {
                        _bytesRead += block.Records.Length;
                        _sequence++;
                        return true;
                    }

                    _current?.Dispose();
                    _current = null;
                    if (++_file >= files.Count) return false;
                    _current = new BlockReader(files[_file].File.FullPath, files[_file].Header.DataOffset);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    throw new InputException($"{files[Math.Min(_file, files.Count - 1)].File.Name}: the file can no longer be read: {e.Message}");
                }
            }
        }
    }

    public void Dispose() => _current?.Dispose();
}
