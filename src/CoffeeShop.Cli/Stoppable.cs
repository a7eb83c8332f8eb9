namespace CoffeeShop;

/// <summary>Work that goes item by item and can be stopped between two of them.</summary>
internal static class Stoppable
{
    /// <summary>The same items, until a signal comes.</summary>
    public static IEnumerable<T> Until<T>(this IEnumerable<T> items, CancellationToken stop)
    {
        foreach (var item in items)
        {
            stop.ThrowIfCancellationRequested();
            yield return item;
        }
    }
}
