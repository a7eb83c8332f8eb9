using CoffeeShop.Services;

namespace CoffeeShop.Tests.Services;

public sealed class BackoffTests
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(1), Long = TimeSpan.FromSeconds(30);

    [Fact]
    public void What_keeps_dying_waits_longer_and_longer_up_to_ten_seconds()
    {
        var backoff = new Backoff();
        Assert.Equal([0, 0.5, 1, 2, 4, 8, 10, 10], Enumerable.Range(0, 8).Select(_ => backoff.AfterLifeOf(Short).TotalSeconds));
    }

    [Fact]
    public void What_has_lived_long_is_started_again_at_once()
    {
        var backoff = new Backoff();
        for (var i = 0; i < 5; i++) backoff.AfterLifeOf(Short);
        Assert.Equal(TimeSpan.Zero, backoff.AfterLifeOf(Long));
        Assert.Equal(TimeSpan.FromSeconds(0.5), backoff.AfterLifeOf(Short));
    }
}
