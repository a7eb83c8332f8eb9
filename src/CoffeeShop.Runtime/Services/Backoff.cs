namespace CoffeeShop.Services;

/// <summary>How long to wait before something that has died is started again: not at all, then longer and longer while it keeps dying.</summary>
internal sealed class Backoff
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(0.5), Longest = TimeSpan.FromSeconds(10);

    /// <summary>What has lived that long has not died of its start.</summary>
    private static readonly TimeSpan LongLife = TimeSpan.FromSeconds(30);

    private TimeSpan _next;

    /// <summary>The time to wait after a death.</summary>
    /// <param name="lived">How long the life was.</param>
    public TimeSpan AfterLifeOf(TimeSpan lived)
    {
        if (lived >= LongLife) _next = TimeSpan.Zero;
        var wait = _next;
        _next = wait == TimeSpan.Zero ? First : wait * 2 < Longest ? wait * 2 : Longest;
        return wait;
    }
}
