using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using CoffeeShop.Csv;

namespace CoffeeShop.Client;

/// <summary>
/// Recognises the files of a session and how they are cut into batches, so that a session goes on with the same batches or
/// not at all.
/// </summary>
/// <param name="BatchRows">The most rows of a batch.</param>
/// <param name="Files">The files, in the order of reading.</param>
public sealed record Fingerprint(int BatchRows, IReadOnlyList<FileMark> Files)
{
    /// <summary>Its size in bytes on the wire.</summary>
    public const int Bytes = SHA256.HashSizeInBytes;

    /// <summary>To be raised when the same files are cut into other batches, or the bytes of a batch change.</summary>
    private const int Batching = 2;

    /// <summary>Takes the fingerprint of a dataset. Its files are not read as a whole: they may have terabytes.</summary>
    /// <param name="dataset">The files.</param>
    /// <param name="batchRows">The most rows of a batch.</param>
    /// <exception cref="InputException">A file can no longer be read.</exception>
    public static Fingerprint Of(Dataset dataset, int batchRows) => new(batchRows, [.. dataset.Files.Select(file => FileMark.Of(file.File))]);

    /// <summary>The fingerprint on the wire.</summary>
    public byte[] ToBytes()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Number(Batching);
        Number(BatchRows);
        foreach (var file in Files)
        {
            Text(file.Name);
            Number(file.Length);
            Number(file.Modified);
            Text(file.Ends);
        }

        return hash.GetHashAndReset();

        void Number(long value)
        {
            Span<byte> bytes = stackalloc byte[sizeof(long)];
            BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
            hash.AppendData(bytes);
        }

        void Text(string value)
        {
            var bytes = Encoding.UTF8.GetBytes(value);
            Number(bytes.Length);
            hash.AppendData(bytes);
        }
    }

    /// <summary>Tells the first difference to a later fingerprint, for people; null when there is none.</summary>
    /// <param name="now">The later one.</param>
    public string? ChangeTo(Fingerprint now)
    {
        if (BatchRows != now.BatchRows) return $"batches of {now.BatchRows} rows instead of {BatchRows} (batch.maxAmount)";
        var files = now.Files.ToDictionary(file => file.Name, StringComparer.Ordinal);
        foreach (var file in Files)
        {
            if (!files.Remove(file.Name, out var found)) return $"{file.Name} is gone";
            if (found != file) return $"{file.Name} has changed";
        }

        return files.Count > 0 ? $"{files.Keys.Order(StringComparer.Ordinal).First()} is new" : null;
    }
}

/// <summary>What a file is recognised by.</summary>
/// <param name="Name">Its path from the data folder.</param>
/// <param name="Length">Its size in bytes.</param>
/// <param name="Modified">When it was last written, in ticks of UTC.</param>
/// <param name="Ends">The SHA-256 of its first and last 64 KiB, in hexadecimal digits.</param>
public sealed record FileMark(string Name, long Length, long Modified, string Ends)
{
    private const int EndBytes = 64 * 1024;

    internal static FileMark Of(DataFile file)
    {
        try
        {
            using var handle = File.OpenHandle(file.FullPath);
            var length = RandomAccess.GetLength(handle);
            var bytes = new byte[EndBytes];
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            foreach (var offset in (long[])[0, Math.Max(0, length - EndBytes)]) hash.AppendData(bytes.AsSpan(0, RandomAccess.Read(handle, bytes, offset)));
            return new FileMark(file.Name, length, File.GetLastWriteTimeUtc(handle).Ticks, Convert.ToHexStringLower(hash.GetHashAndReset()));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{file.Name}: the file can no longer be read: {e.Message}");
        }
    }
}
