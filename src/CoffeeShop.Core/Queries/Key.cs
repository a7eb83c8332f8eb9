namespace CoffeeShop.Queries;

/// <summary>A key of two ids that are not negative: <code>│ high 32 bits │ low 32 bits │</code> ordered by the high one first.</summary>
internal static class Key
{
    public static long Of(int high, int low) => ((long)high << 32) | (uint)low;

    public static int High(long key) => (int)(key >> 32);

    public static int Low(long key) => (int)key;
}
