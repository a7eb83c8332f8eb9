using System.Diagnostics.CodeAnalysis;
using CoffeeShop.Csv;

namespace CoffeeShop.Embedded;

/// <summary>
/// Hands out the blocks of all files, one after the other, to any number of threads. The blocks are numbered in the order
/// of the input, so that what is in input order can be put back into it with little waiting.
/// </summary>
/// <param name="files">The files, in the order of reading.</param>
/// <param name="onFile">Called when the first block of a file is read.</param>
internal sealed class BlockSource(IReadOnlyList<CsvFile> files, Action<DataFile>? onFile) : IDisposable
{
    private readonly Lock _lock = new();
    private BlockReader? _reader;
    private int _next;
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
    public bool TryTake(Block block, [NotNullWhen(true)] out CsvFile? file, out long sequence)
    {
        lock (_lock)
        {
            for (file = Current; file is not null; file = Advance())
            {
                try
                {
                    _reader ??= Start(file);
                    if (!_reader.TryRead(block)) continue;
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    throw new InputException($"{file.File.Name}: the file can no longer be read: {e.Message}");
                }

                _bytesRead += block.Records.Length;
                sequence = _sequence++;
                return true;
            }

            sequence = _sequence;
            return false;
        }
    }

    private CsvFile? Current => _next < files.Count ? files[_next] : null;

    private BlockReader Start(CsvFile file)
    {
        onFile?.Invoke(file.File);
        return new BlockReader(file.File.FullPath, file.Header.DataOffset);
    }

    private CsvFile? Advance()
    {
        _reader?.Dispose();
        _reader = null;
        _next++;
        return Current;
    }

    public void Dispose() => _reader?.Dispose();
}
