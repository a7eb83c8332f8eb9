using System.Runtime.InteropServices;

namespace CoffeeShop.Protocol;

/// <summary>32 bytes: a secret, a fingerprint, or a SHA-256. Compared by value; never shown.</summary>
public readonly struct Bytes32 : IEquatable<Bytes32>
{
    /// <summary>How many they are.</summary>
    public const int Size = 4 * sizeof(ulong);

    private readonly (ulong, ulong, ulong, ulong) _words;

    /// <summary>Copies the bytes.</summary>
    /// <param name="bytes">Exactly <see cref="Size"/> bytes.</param>
    public Bytes32(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size) throw new ArgumentException($"There are {bytes.Length} bytes, expected {Size}.", nameof(bytes));
        _words = MemoryMarshal.Read<(ulong, ulong, ulong, ulong)>(bytes);
    }

    /// <summary>Whether all bytes are zero.</summary>
    public bool IsZero => this == default;

    /// <summary>Writes the bytes.</summary>
    /// <param name="destination">At least <see cref="Size"/> bytes.</param>
    public void Write(Span<byte> destination) => MemoryMarshal.Write(destination, _words);

    /// <summary>The bytes.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[Size];
        Write(bytes);
        return bytes;
    }

    /// <inheritdoc/>
    public bool Equals(Bytes32 other) => _words == other._words;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Bytes32 other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _words.GetHashCode();

    /// <summary>Whether all bytes are equal. Not in constant time: compare hashes of secrets, never secrets.</summary>
    public static bool operator ==(Bytes32 left, Bytes32 right) => left.Equals(right);

    /// <summary>Whether a byte differs.</summary>
    public static bool operator !=(Bytes32 left, Bytes32 right) => !left.Equals(right);
}
