namespace CoffeeShop.Queries;

public sealed partial class KeyTable<TValue>
{
    /// <summary>Merges a table that <see cref="Write"/> wrote into this one.</summary>
    /// <param name="reader">The bytes.</param>
    /// <returns>How many keys it had.</returns>
    /// <exception cref="InvalidDataException">The bytes are no such table.</exception>
    public int Read(ref StateReader reader)
    {
        var previous = 0L;
        var count = reader.Natural();
        for (var i = 0UL; i < count; i++)
        {
            previous = KeyTable.NextKey(ref reader, previous, isFirst: i == 0);
            _merge(previous, ref this[previous], TValue.Read(ref reader));
        }

        return (int)count;
    }
}

internal static class KeyTable
{
    /// <summary>Walks through a table that was written, and keeps nothing of it.</summary>
    /// <exception cref="InvalidDataException">The bytes are no such table.</exception>
    public static void Check<TValue>(ref StateReader reader) where TValue : unmanaged, IStateValue<TValue>
    {
        var previous = 0L;
        var count = reader.Natural();
        for (var i = 0UL; i < count; i++)
        {
            previous = NextKey(ref reader, previous, isFirst: i == 0);
            TValue.Read(ref reader);
        }
    }

    public static long NextKey(ref StateReader reader, long previous, bool isFirst)
    {
        var step = reader.Natural(max: (ulong)(long.MaxValue - 1 - previous));
        if (step == 0 && !isFirst) throw new InvalidDataException("A key of an aggregate is there twice.");
        return previous + (long)step;
    }
}
