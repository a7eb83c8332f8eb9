using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Text;
using CoffeeShop.Tables;

namespace CoffeeShop.Protocol;

/// <summary>A key of the rows of a table.</summary>
/// <param name="Name">The key as it is sent.</param>
/// <param name="Names">The names under which a CSV header may call the same column, that of the key among them.</param>
public sealed record WireKey(string Name, ImmutableArray<string> Names)
{
    /// <summary>The keys of the rows of a table, in the order in which they are sent.</summary>
    /// <param name="table">The table.</param>
    public static ImmutableArray<WireKey> Of(Table table) =>
        [.. table.WireKeys.Select(key => new WireKey(key, table.Columns.FirstOrDefault(column => column.Names.Contains(key))?.Names ?? [key]))];
}

/// <summary>
/// Finds the keys of a table's rows by their length and first byte, and compares them with their length in one step of 32
/// bytes: clients send them in any order, often another in every row.
/// </summary>
internal sealed class RowKeys
{
    /// <summary>The size of what is compared.</summary>
    public const int TemplateBytes = 32;

    private const int Slots = 64;

    private static readonly ImmutableDictionary<Table, RowKeys> All = TableRegistry.All.ToImmutableDictionary(table => table, table => new RowKeys(table));

    private readonly Key[] _slots = new Key[Slots];

    private RowKeys(Table table)
    {
        Table = table;
        // An empty slot has an empty mask, which fits every key.
        Array.Fill(_slots, new Key(default, default, Bit: 0, Column: -1));
        var bits = 0;
        foreach (var column in table.Columns)
        {
            Required |= 1U << bits;
            RowBytesMin += (2 * sizeof(int)) + column.Names.Min(name => name.Length);
            foreach (var name in column.Names) Add(name, bits, column.Ordinal);
            bits++;
        }

        foreach (var key in table.WireKeys)
            if (!table.Columns.Any(column => column.Names.Contains(key))) Add(key, bits++, column: -1);
    }

    /// <summary>The table.</summary>
    public Table Table { get; }

    /// <summary>The bits of the keys that a query reads.</summary>
    public uint Required { get; }

    /// <summary>No row with these keys is shorter.</summary>
    public int RowBytesMin { get; } = sizeof(int);

    /// <summary>The keys of a table.</summary>
    public static RowKeys Of(Table table) => All[table];

    /// <summary>Finds a key.</summary>
    /// <param name="length">The length of the key, at least 1.</param>
    /// <param name="first">Its first byte.</param>
    /// <param name="lengthAndKey">Its length and the key itself, and whatever follows.</param>
    /// <returns>The key; its <see cref="Key.Bit"/> is 0 when the table has no such key.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref readonly Key Find(int length, byte first, Vector256<byte> lengthAndKey)
    {
        for (var slot = Hash(length, first); ; slot = (slot + 1) & (Slots - 1))
        {
            ref readonly var key = ref _slots[slot];
            if ((lengthAndKey & key.Mask) == key.Template) return ref key;
        }
    }

    /// <summary>Ones for so many bytes, at most <see cref="TemplateBytes"/>, and zeros for the rest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> MaskOf(int bytes) => Vector256.Create(OnesAndZeros[(TemplateBytes - bytes)..]);

    /// <summary>How messages name the lowest of these bits' keys.</summary>
    public string NameOf(uint bits) => Table.Columns.ElementAtOrDefault(BitOperations.TrailingZeroCount(bits)) is { } column ? string.Join(" or ", column.Names) : "a key";

    private static ReadOnlySpan<byte> OnesAndZeros =>
    [
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ];

    private static int Hash(int length, byte first) => ((length * 11) + first) & (Slots - 1);

    private void Add(string name, int bit, int column)
    {
        var template = Template(name, out var bytes);
        var mask = new byte[TemplateBytes];
        mask.AsSpan(0, bytes).Fill(byte.MaxValue);
        var slot = Hash(name.Length, (byte)name[0]);
        while (_slots[slot].Bit != 0) slot = (slot + 1) & (Slots - 1);
        _slots[slot] = new Key(Vector256.Create(template), Vector256.Create(mask), 1U << bit, column);
    }

    /// <summary>A key as it is sent, with its length before it, in a piece of a fixed size.</summary>
    public static byte[] Template(string name, out int bytes)
    {
        bytes = sizeof(int) + Encoding.UTF8.GetByteCount(name);
        if (bytes > TemplateBytes) throw new ArgumentException($"The key {name} is longer than {TemplateBytes - sizeof(int)} bytes.", nameof(name));
        var template = new byte[TemplateBytes];
        BinaryPrimitives.WriteInt32LittleEndian(template, bytes - sizeof(int));
        Encoding.UTF8.GetBytes(name, template.AsSpan(sizeof(int)));
        return template;
    }

    /// <summary>A key of the table.</summary>
    /// <param name="Template">Its length and the key itself, and zeros.</param>
    /// <param name="Mask">What of the template counts.</param>
    /// <param name="Bit">The bit that it shares with the other names of its column; 0 in an empty slot.</param>
    /// <param name="Column">The ordinal of its column, or −1 when no query reads it.</param>
    public readonly record struct Key(Vector256<byte> Template, Vector256<byte> Mask, uint Bit, int Column);
}
