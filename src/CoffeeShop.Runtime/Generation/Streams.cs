namespace CoffeeShop.Generation;

/// <summary>
/// The streams of random numbers: one for each file that is drawn, so that months can be written at the same time and a
/// dataset of fewer months has the same files. A receipt and its lines are drawn together.
/// </summary>
internal static class Streams
{
    public static long Users(Month month) => (1L << 32) | (uint)month.Index;

    public static long Transactions(Month month) => (2L << 32) | (uint)month.Index;
}
