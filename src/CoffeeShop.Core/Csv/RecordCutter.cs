using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace CoffeeShop.Csv;

/// <summary>
/// Finds where the last whole record ends. A line feed ends a record unless it stands within quotes, and a quote opens
/// only at the start of a field, as in RFC 4180 and in the reader of the records.
/// </summary>
internal static class RecordCutter
{
    /// <summary>Looks at records from the start of one.</summary>
    /// <param name="bytes">The bytes; they begin with a record.</param>
    /// <param name="isWhole">Whether nothing follows the bytes, so that the last record needs no line feed.</param>
    /// <param name="hasQuotes">Whether there is a quote among the bytes.</param>
    /// <returns>Where the last whole record ends, or 0 when there is none.</returns>
    public static int Find(ReadOnlySpan<byte> bytes, bool isWhole, out bool hasQuotes)
    {
        hasQuotes = HasQuote(bytes);
        var quote = hasQuotes ? bytes.IndexOf((byte)'"') : -1;
        var (end, start) = (0, 0);
        while (quote >= 0)
        {
            // Everything from `start` to the quote is outside of quotes.
            var lineFeed = bytes[start..quote].LastIndexOf((byte)'\n');
            if (lineFeed >= 0) end = start + lineFeed + 1;
            if (quote == 0 || bytes[quote - 1] is (byte)',' or (byte)'\n' or (byte)'\r')
            {
                var close = FindClose(bytes, quote + 1, isWhole);
                if (close < 0) return end;
                start = close + 1;
            }
            else
            {
                start = quote + 1;
            }

            var next = bytes[start..].IndexOf((byte)'"');
            quote = next < 0 ? -1 : start + next;
        }

        if (isWhole) return bytes.Length;
        var last = bytes[start..].LastIndexOf((byte)'\n');
        return last < 0 ? end : start + last + 1;
    }

    /// <summary>Whether there is a quote at all. Every byte of the input passes here, so it is compiled for the machine at once.</summary>
    [MethodImpl(Hot.Path)]
    private static bool HasQuote(ReadOnlySpan<byte> bytes)
    {
        const int Together = 4;
        var quotes = new Vector<byte>((byte)'"');
        var vectors = MemoryMarshal.Cast<byte, Vector<byte>>(bytes);
        for (; vectors.Length >= Together; vectors = vectors[Together..])
        {
            var found = Vector.Equals(vectors[0], quotes) | Vector.Equals(vectors[1], quotes)
                | Vector.Equals(vectors[2], quotes) | Vector.Equals(vectors[3], quotes);
            if (found != Vector<byte>.Zero) return true;
        }

        return bytes[^(bytes.Length % (Together * Vector<byte>.Count))..].Contains((byte)'"');
    }

    /// <summary>The quote that closes a field, or −1. A doubled quote is text; a last one may be half of a doubled one.</summary>
    private static int FindClose(ReadOnlySpan<byte> bytes, int start, bool isWhole)
    {
        for (var i = start; i < bytes.Length; i += 2)
        {
            var quote = bytes[i..].IndexOf((byte)'"');
            if (quote < 0) return -1;
            i += quote;
            if (i + 1 == bytes.Length) return isWhole ? i : -1;
            if (bytes[i + 1] != '"') return i;
        }

        return -1;
    }
}
