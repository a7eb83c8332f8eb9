namespace CoffeeShop.Csv;

/// <summary>A row that does not fit its table's grammar. It is not counted in any query.</summary>
/// <param name="File">The file it stands in.</param>
/// <param name="Offset">Where in the file it begins, in bytes.</param>
/// <param name="Column">The first column that does not fit, or null when the row as a whole does not.</param>
/// <param name="Found">What was found, cut at <see cref="FoundCharsMax"/> characters.</param>
/// <param name="Expected">What was expected.</param>
public sealed record Rejection(DataFile File, long Offset, string? Column, string Found, string Expected)
{
    /// <summary>Longer findings are cut.</summary>
    public const int FoundCharsMax = 200;

    /// <summary>The text of bytes that may be no text: what is no UTF-8 shows as U+FFFD, and the length is limited.</summary>
    /// <param name="bytes">The bytes.</param>
    public static string Quote(ReadOnlySpan<byte> bytes)
    {
        // A character takes at most four bytes; what follows cannot be in the result.
        return Cut(System.Text.Encoding.UTF8.GetString(bytes[..Math.Min(bytes.Length, 4 * FoundCharsMax)]));
    }

    /// <summary>The beginning of a text, and no half of a character.</summary>
    internal static string Cut(string text)
    {
        if (text.Length <= FoundCharsMax) return text;
        var length = char.IsHighSurrogate(text[FoundCharsMax - 1]) ? FoundCharsMax - 1 : FoundCharsMax;
        return text[..length];
    }
}
