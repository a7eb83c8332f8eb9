using System.Buffers;

namespace CoffeeShop.Protocol;

/// <summary>Bodies in one piece.</summary>
public static class Contiguous
{
    /// <summary>The bytes in one piece: as they are when they are in one, and copied otherwise.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="buffer">The caller's own, for copies: made longer when it is too short, and to be kept for the next time.</param>
    /// <returns>Valid as long as <paramref name="bytes"/> are, and until the buffer is used again.</returns>
    public static ReadOnlySpan<byte> AsSpan(this ReadOnlySequence<byte> bytes, ref byte[] buffer)
    {
        if (bytes.IsSingleSegment) return bytes.FirstSpan;
        var length = checked((int)bytes.Length);
        if (buffer.Length < length) buffer = new byte[Math.Max(length, Math.Min(2 * buffer.Length, Frame.BodyBytesMax))];
        bytes.CopyTo(buffer);
        return buffer.AsSpan(0, length);
    }
}
