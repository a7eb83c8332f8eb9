namespace CoffeeShop.Client;

/// <summary>How often and when a connection is tried again.</summary>
public sealed record RetryOptions
{
    /// <summary>The options when none are given: a server has minutes to come back.</summary>
    public static RetryOptions Default { get; } = new();

    /// <summary>How often in a row a connection may fail without any progress between.</summary>
    public int Attempts { get; init; } = 10;

    /// <summary>How long to wait after the first failure; twice as long after each further one.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(1);
}

/// <summary>
/// Counts the failures of a connection and spaces the attempts: exponentially, so that a server in trouble is left alone,
/// and by chance, so that clients that lost it together do not come back together. Not for concurrent use.
/// </summary>
/// <param name="options">How often and when.</param>
/// <param name="random">Spreads the waiting.</param>
public sealed class RetryPolicy(RetryOptions options, Random random)
{
    /// <summary>The longest wait.</summary>
    public static readonly TimeSpan IntervalMax = TimeSpan.FromSeconds(30);

    private int _failures;

    /// <summary>The number of the attempt that is under way, from 1.</summary>
    public int Attempt => _failures + 1;

    /// <summary>Something has been achieved over the connection: failures before it no longer count.</summary>
    public void Succeed() => _failures = 0;

    /// <summary>An attempt has failed.</summary>
    /// <returns>How long to wait before the next one: between half and all of the doubled interval; null when there is none.</returns>
    public TimeSpan? Fail()
    {
        _failures++;
        if (_failures >= options.Attempts) return null;
        var interval = options.Interval * Math.Pow(2, Math.Min(_failures - 1, 30));
        if (interval > IntervalMax && options.Interval <= IntervalMax) interval = IntervalMax;
        return interval * (0.5 + (random.NextDouble() / 2));
    }
}
