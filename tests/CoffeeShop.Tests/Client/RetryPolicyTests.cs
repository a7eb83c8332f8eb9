using CoffeeShop.Client;

namespace CoffeeShop.Tests.Client;

public sealed class RetryPolicyTests
{
    private static readonly RetryOptions Options = new() { Attempts = 9, Interval = TimeSpan.FromSeconds(1) };

    [Fact]
    public void Waits_double_up_to_half_a_minute_and_are_shortened_by_chance()
    {
        var waits = Enumerable.Range(0, 200).Select(seed => Waits(new RetryPolicy(Options, new Random(seed)))).ToList();
        double[] longest = [1, 2, 4, 8, 16, 30, 30, 30];
        for (var i = 0; i < longest.Length; i++)
        {
            var seconds = waits.Select(wait => wait[i].TotalSeconds).ToList();
            Assert.All(seconds, second => Assert.InRange(second, longest[i] / 2, longest[i]));
            Assert.True(seconds.Max() - seconds.Min() > longest[i] / 3, "The waits are spread.");
        }
    }

    [Fact]
    public void Attempts_are_counted_from_one_and_start_over_after_progress()
    {
        var retry = new RetryPolicy(Options with { Attempts = 2 }, new Random(1));
        Assert.Equal(1, retry.Attempt);
        Assert.NotNull(retry.Fail());
        Assert.Equal(2, retry.Attempt);
        retry.Succeed();
        Assert.Equal(1, retry.Attempt);
        Assert.NotNull(retry.Fail());
        Assert.Null(retry.Fail());
    }

    [Fact]
    public void A_longer_interval_than_half_a_minute_is_what_was_asked_for() =>
        Assert.InRange(new RetryPolicy(new RetryOptions { Interval = TimeSpan.FromMinutes(2) }, new Random(1)).Fail()!.Value, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(2));

    private static List<TimeSpan> Waits(RetryPolicy retry)
    {
        List<TimeSpan> waits = [];
        while (retry.Fail() is { } wait) waits.Add(wait);
        return waits;
    }
}
