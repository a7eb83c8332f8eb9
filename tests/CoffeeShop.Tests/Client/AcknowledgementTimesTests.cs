using CoffeeShop.Client;
using Microsoft.Extensions.Time.Testing;

namespace CoffeeShop.Tests.Client;

public sealed class AcknowledgementTimesTests
{
    [Fact]
    public void Shares_of_the_times_are_right_to_a_twentieth()
    {
        var clock = new FakeTimeProvider();
        var (times, more) = (new AcknowledgementTimes(clock), new AcknowledgementTimes(clock));
        for (var milliseconds = 1; milliseconds <= 1000; milliseconds++)
        {
            var sent = times.Now;
            clock.Advance(TimeSpan.FromMilliseconds(milliseconds));
            (milliseconds % 2 == 0 ? times : more).Add(sent);
        }

        times.Add(more);
        Assert.Equal(1000, times.Count);
        foreach (var (share, expected) in ((double, double)[])[(0.5, 500), (0.99, 990), (1, 1000), (0.001, 1)])
            Assert.InRange(times.Within(share).TotalMilliseconds, expected, expected * 1.06);
    }
}
