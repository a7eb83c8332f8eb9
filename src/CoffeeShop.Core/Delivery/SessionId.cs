namespace CoffeeShop.Delivery;

/// <summary>Names a session: one dataset of one client. Never reused.</summary>
/// <param name="Value">A UUID of version 7, so that sessions sort by their beginning.</param>
public readonly record struct SessionId(Guid Value) : IComparable<SessionId>
{
    /// <summary>The size of an id in bytes, in the big-endian order of RFC 9562.</summary>
    public const int Bytes = 16;

    /// <summary>Reads an id.</summary>
    /// <param name="bytes">At least <see cref="Bytes"/> bytes.</param>
    public static SessionId Read(ReadOnlySpan<byte> bytes) => new(new Guid(bytes[..Bytes], bigEndian: true));

    /// <summary>Reads the text of an id.</summary>
    /// <param name="text">The text, in the form of <see cref="ToString"/>.</param>
    /// <param name="id">The id.</param>
    public static bool TryParse(string? text, out SessionId id)
    {
        var isId = Guid.TryParseExact(text, "D", out var value);
        id = new SessionId(value);
        return isId;
    }

    /// <summary>Writes the id.</summary>
    /// <param name="destination">At least <see cref="Bytes"/> bytes.</param>
    public void Write(Span<byte> destination) => Value.TryWriteBytes(destination, bigEndian: true, out _);

    /// <inheritdoc/>
    public int CompareTo(SessionId other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value.ToString("D");
}
