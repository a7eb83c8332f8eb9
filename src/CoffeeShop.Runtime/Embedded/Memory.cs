namespace CoffeeShop.Embedded;

/// <summary>
/// Keeps the memory of a run near what is in use. Tables that grow leave large arrays behind; left to itself, the garbage
/// collector lets as much garbage gather as there is memory in use before it looks.
/// </summary>
internal static class Memory
{
    private const long BytesBetween = 24 * 1024 * 1024;

    private static long _next = BytesBetween;

    /// <summary>Collects garbage when much has been allocated since the last time. To be called often, by any thread.</summary>
    public static void CollectNowAndThen()
    {
        var next = Volatile.Read(ref _next);
        var allocated = GC.GetTotalAllocatedBytes();
        if (allocated < next || Interlocked.CompareExchange(ref _next, allocated + BytesBetween, next) != next) return;
        // There are few objects, most of them arrays of numbers, so this takes about a millisecond.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: false);
    }
}
