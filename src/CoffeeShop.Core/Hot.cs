using System.Runtime.CompilerServices;

namespace CoffeeShop;

/// <summary>How the few methods that see every row are compiled.</summary>
internal static class Hot
{
    /// <summary>
    /// At once and fully, instead of first quickly and again after it has been seen to matter: a run of half a second is
    /// over by then.
    /// </summary>
    public const MethodImplOptions Path = MethodImplOptions.AggressiveOptimization;
}
