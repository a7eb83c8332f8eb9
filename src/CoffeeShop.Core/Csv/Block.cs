namespace CoffeeShop.Csv;

/// <summary>
/// Whole records of one file, as they stand in it: the unit of parallel reading. Memory is kept and reused from one
/// filling to the next.
/// </summary>
public sealed class Block
{
    /// <summary>The size at which a block is cut; a longer record makes a longer block. Two blocks and a batch stay in a core's cache.</summary>
    public const int BytesTarget = 256 * 1024;

    /// <summary>A record that is longer is refused; it could not be sent in one frame either.</summary>
    public const int RecordBytesMax = 1024 * 1024;

    internal byte[] Bytes = new byte[1 + BytesTarget];

    /// <summary>Where the records end in <see cref="Bytes"/>. They begin at 1, after the line feed that ended the record before.</summary>
    internal int End = 1;

    /// <summary>Where in the file the records begin.</summary>
    public long Offset { get; internal set; }

    /// <summary>Whether there is a quote in the block.</summary>
    public bool HasQuotes { get; internal set; }

    /// <summary>Whether the block is no record but a line whose quoted field never closes.</summary>
    public bool IsUnclosed { get; internal set; }

    /// <summary>The bytes of the records.</summary>
    public ReadOnlySpan<byte> Records => Bytes.AsSpan(1, End - 1);

    /// <summary>
    /// The records behind a line feed, so that a reader takes no byte order mark from the middle of a file: it skips the
    /// blank line and reads on.
    /// </summary>
    internal ReadOnlyMemory<byte> Lines
    {
        get
        {
            Bytes[0] = (byte)'\n';
            return Bytes.AsMemory(0, End);
        }
    }
}
