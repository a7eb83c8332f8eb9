namespace CoffeeShop.Queries;

/// <summary>
/// A key of two ids that are not negative: <code>│ high 32 bits │ low 32 bits │</code> Ordered by the high one first, divided
/// among shards by the low one.
/// </summary>
public static class Key
{
    /// <summary>The key of two ids.</summary>
    public static long Of(int high, int low) => ((long)high << 32) | (uint)low;

    /// <summary>The high id.</summary>
    public static int High(long key) => (int)(key >> 32);

    /// <summary>The low id.</summary>
    public static int Low(long key) => (int)key;
}
