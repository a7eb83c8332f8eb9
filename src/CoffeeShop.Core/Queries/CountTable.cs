using System.Runtime.CompilerServices;

namespace CoffeeShop.Queries;

/// <summary>
/// Counts by a <see cref="Key"/>, for millions of keys whose low ids are dense and whose counts are small. Sixteen low ids
/// in a row share an entry, which holds a hexadecimal digit of the count of each; the few counts with more digits have the
/// others in further tables, a table per digit.
/// <code>
/// key   │ high id 32 bits │ low id ÷ 16, 32 bits │
/// value │ digit of low id 16 n + 15, 4 bits │ … │ digit of 16 n + 1 │ digit of 16 n │
/// </code>
/// So a table of 16 bytes an entry holds what would take 12 bytes a count, and is merged 16 counts at a time; ids at random
/// cost a third more.
/// </summary>
internal sealed class CountTable
{
    /// <summary>How many low ids in a row share an entry, and so a shard.</summary>
    public const int RunLength = 16;

    private const int DigitBits = 4;

    /// <summary>A count has 32 bits.</summary>
    private const int DigitsMax = 8;

    private readonly KeyTable<Digits>?[] _tables = new KeyTable<Digits>?[DigitsMax];

    /// <summary>An empty table.</summary>
    public CountTable() => Table(0);

    /// <summary>Shows the counts of the low ids from <paramref name="first"/> on; a count of zero stands for a key that is not there.</summary>
    public delegate void Visitor(int high, int first, ReadOnlySpan<uint> counts);

    /// <summary>Counts each key once more.</summary>
    /// <param name="keys">The keys; one may be there several times.</param>
    /// <exception cref="InputException">A count is beyond 32 bits.</exception>
    [MethodImpl(Hot.Path)]
    public void CountEach(ReadOnlySpan<long> keys)
    {
        var lowest = Table(0);
        for (var i = 0; i < keys.Length; i++)
        {
            if (i + KeyTable<Digits>.KeysAhead < keys.Length) lowest.Prefetch(RunOf(keys[i + KeyTable<Digits>.KeysAhead]));
            ref var digits = ref lowest[RunOf(keys[i])].Packed;
            var shift = ShiftOf(keys[i]);
            if (((digits >> shift) & 0xF) != 0xF) digits += 1UL << shift;
            else Add(0, RunOf(keys[i]), 1UL << shift);
        }
    }

    /// <summary>Adds to the count of a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="count">At least 1.</param>
    /// <exception cref="InputException">The count is beyond 32 bits.</exception>
    public void Add(long key, uint count)
    {
        // A table has the run of a key when the count has as many digits, whatever the digit is: equal counts are equal tables.
        for (var digit = 0; digit < DigitsMax && (digit == 0 || count >> (digit * DigitBits) != 0); digit++)
            Add(digit, RunOf(key), (ulong)((count >> (digit * DigitBits)) & 0xF) << ShiftOf(key));
    }

    /// <summary>Adds the counts of another table. The other one is spent.</summary>
    /// <param name="other">The other table.</param>
    /// <exception cref="InputException">A count is beyond 32 bits.</exception>
    public void Merge(CountTable other)
    {
        for (var digit = 0; digit < DigitsMax; digit++)
            if (other._tables[digit] is { } more) Table(digit).Merge(more);
    }

    /// <summary>Moves each key to the table of the shard that the hash of its run gives. This table is spent.</summary>
    /// <param name="shards">An empty table per shard.</param>
    public void PartitionInto(CountTable[] shards)
    {
        for (var digit = 0; digit < DigitsMax; digit++)
            _tables[digit]?.PartitionInto([.. shards.Select(shard => shard.Table(digit))]);
    }

    /// <summary>Writes the table in canonical form: <code>│ number of digits │ table of the lowest digits │ … │</code></summary>
    /// <param name="writer">Gets the bytes.</param>
    public void Write(StateWriter writer)
    {
        var digits = Array.FindLastIndex(_tables, table => table is { Count: > 0 }) + 1;
        writer.Natural((ulong)digits);
        for (var digit = 0; digit < digits; digit++) Table(digit).Write(writer);
    }

    /// <summary>Adds the counts of a table that <see cref="Write"/> wrote.</summary>
    /// <param name="reader">The bytes.</param>
    /// <exception cref="InvalidDataException">The bytes are no such table.</exception>
    public void Read(ref StateReader reader)
    {
        var digits = (int)reader.Natural(max: DigitsMax);
        for (var digit = 0; digit < digits; digit++) Table(digit).Read(ref reader);
    }

    /// <summary>Walks through a table that was written, and keeps nothing of it.</summary>
    /// <param name="reader">The bytes.</param>
    /// <exception cref="InvalidDataException">The bytes are no such table.</exception>
    public static void Check(ref StateReader reader)
    {
        for (var digits = reader.Natural(max: DigitsMax); digits > 0; digits--) KeyTable.Check<Digits>(ref reader);
    }

    /// <summary>Shows all counts, a run of low ids at a time, in no order.</summary>
    /// <param name="visit">Called for each run. The counts are valid until it returns.</param>
    public void Visit(Visitor visit)
    {
        var counts = new uint[RunLength];
        Table(0).Visit((run, lowest) =>
        {
            for (var i = 0; i < RunLength; i++) counts[i] = lowest[i];
            for (var digit = 1; digit < DigitsMax && _tables[digit] is { } table && table.TryGetValue(run, out var higher); digit++)
                for (var i = 0; i < RunLength; i++) counts[i] |= higher[i] << (digit * DigitBits);
            visit(Key.High(run), Key.Low(run) * RunLength, counts);
        });
    }

    private static long RunOf(long key) => Key.Of(Key.High(key), (int)((uint)Key.Low(key) / RunLength));

    private static int ShiftOf(long key) => Key.Low(key) % RunLength * DigitBits;

    /// <summary>Adds a digit to that of each id of a run; what is carried goes to the table of the next digit.</summary>
    private void Add(int digit, long run, ulong digits) => Add(digit, run, ref Table(digit)[run], digits);

    private void Add(int digit, long run, ref Digits into, ulong digits)
    {
        into = into.Plus(digits, out var carry);
        if (carry == 0) return;
        if (digit + 1 == DigitsMax) throw new InputException($"One user has more than {uint.MaxValue} transactions in one store, which is more than q4 can count.");
        Add(digit + 1, run, carry);
    }

    private KeyTable<Digits> Table(int digit) => _tables[digit] ??= NewTable(digit);

    private KeyTable<Digits> NewTable(int digit) =>
        new((long run, ref Digits into, Digits more) => Add(digit, run, ref into, more.Packed), KeyTable<Digits>.SlicesMax);

    /// <summary>A hexadecimal digit for each id of a run.</summary>
    private record struct Digits(ulong Packed) : IStateValue<Digits>
    {
        private const ulong Even = 0x0F0F0F0F0F0F0F0FUL;

        public ulong Packed = Packed;

        public readonly uint this[int index] => (uint)(Packed >> (index * DigitBits)) & 0xF;

        /// <summary>The sums of the digits, and a 1 for each that is carried.</summary>
        public readonly Digits Plus(ulong more, out ulong carry)
        {
            // Every other digit, so that each sum has room for its carry.
            var even = (Packed & Even) + (more & Even);
            var odd = ((Packed >> DigitBits) & Even) + ((more >> DigitBits) & Even);
            carry = ((even >> DigitBits) & Even) | (odd & ~Even);
            return new Digits((even & Even) | ((odd & Even) << DigitBits));
        }

        public static void Write(StateWriter writer, Digits value) => writer.Natural(value.Packed);

        public static Digits Read(ref StateReader reader) => new(reader.Natural());
    }
}
