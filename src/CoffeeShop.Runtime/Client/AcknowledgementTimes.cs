namespace CoffeeShop.Client;

/// <summary>
/// How long batches took from their sending to their acknowledgement, which is when they can no longer be lost. Kept as counts of
/// times that differ by less than a twentieth, whatever is sent.
/// </summary>
/// <param name="clock">Measures the times.</param>
public sealed class AcknowledgementTimes(TimeProvider clock)
{
    /// <summary>Each count is of times up to so much longer than those of the one before.</summary>
    private const double Step = 1.05;

    // From a microsecond to more than a day.
    private readonly long[] _counts = new long[520];

    /// <summary>How many there are.</summary>
    public long Count => _counts.Sum();

    /// <summary>The time within which a share of all was acknowledged.</summary>
    /// <param name="share">Above 0 and up to 1: 0.99 for all but one in a hundred.</param>
    public TimeSpan Within(double share)
    {
        var rest = (long)Math.Ceiling(share * Count);
        for (var i = 0; i < _counts.Length; i++)
            if ((rest -= _counts[i]) <= 0) return TimeSpan.FromMicroseconds(Math.Pow(Step, i));
        throw new ArgumentOutOfRangeException(nameof(share), share, "Expected above 0 and up to 1.");
    }

    /// <summary>Adds those of another client.</summary>
    /// <param name="other">The others.</param>
    public void Add(AcknowledgementTimes other)
    {
        for (var i = 0; i < _counts.Length; i++) _counts[i] += other._counts[i];
    }

    /// <summary>The present, for <see cref="Add(long)"/>.</summary>
    internal long Now => clock.GetTimestamp();

    /// <summary>Adds what has been acknowledged now.</summary>
    /// <param name="sent">When it was sent.</param>
    /// <returns>How long it took.</returns>
    internal TimeSpan Add(long sent)
    {
        var time = clock.GetElapsedTime(sent);
        _counts[(int)Math.Clamp(Math.Ceiling(Math.Log(time.TotalMicroseconds, Step)), 0, _counts.Length - 1)]++;
        return time;
    }
}
