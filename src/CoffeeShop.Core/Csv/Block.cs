namespace CoffeeShop.Csv;

/// <summary>
/// Whole records of one file, as they stand in it: the unit of parallel reading. Memory is kept and reused from one
/// filling to the next.
/// </summary>
public sealed class Block
{
    /// <summary>The size at which a block is cut, unless a test asks for another; a longer record makes a longer block. Two blocks and a batch stay in a core's cache.</summary>
    public const int BytesTarget = 256 * 1024;

    /// <summary>
    /// A record that is longer, its line end included, is refused: with the keys of version 1 of the protocol around it, it
    /// must fit in a frame, so that the same rows can be sent that can be read.
    /// </summary>
    public const int RecordBytesMax = Protocol.Frame.BodyBytesMax - (4 * 1024);

    /// <summary>There are always this many bytes behind <see cref="End"/>, so that a scanner may load whole vectors and end a last line.</summary>
    internal const int BytesBehind = Tables.ColumnFields.BytesBehind + 1;

    internal byte[] Bytes;

    /// <summary>Where this block is cut, which follows from nothing that was in it before.</summary>
    internal readonly int Target;

    /// <summary>Where the records end in <see cref="Bytes"/>. They begin at 1, after the line feed that ended the record before.</summary>
    internal int End = 1;

    /// <summary>An empty block.</summary>
    public Block() : this(BytesTarget)
    {
    }

    /// <summary>An empty block that is cut at another size.</summary>
    /// <param name="target">The size in bytes, at most <see cref="RecordBytesMax"/>.</param>
    public Block(int target)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(target, RecordBytesMax);
        (Target, Bytes) = (target, new byte[1 + target + BytesBehind]);
    }

    /// <summary>Where in the file the records begin.</summary>
    public long Offset { get; internal set; }

    /// <summary>Whether there is a quote in the block.</summary>
    public bool HasQuotes { get; internal set; }

    /// <summary>
    /// Whether the block is no record but the line of a record without an end: its quoted field never closes, or, when it
    /// <see cref="HasQuotes">has no quote</see>, the line is too long.
    /// </summary>
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
