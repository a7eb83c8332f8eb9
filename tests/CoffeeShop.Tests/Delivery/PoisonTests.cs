using CoffeeShop.Delivery;
using CoffeeShop.Tables;

namespace CoffeeShop.Tests.Delivery;

public sealed class PoisonTests
{
    private static readonly AttemptKey Key = new(default, "shard.0", Input.Of(Users.Table), 7);

    [Theory]
    [InlineData(0, 0, null)]
    [InlineData(2, 2, null)]
    [InlineData(49, 0, null)]
    [InlineData(51, 2, null)]
    [InlineData(3, 3, "batch 7 of users could not be handled at shard.0 in 3 attempts.")]
    [InlineData(50, 0, "batch 7 of users ended the process that handled it at shard.0 50 times.")]
    [InlineData(52, 2, "batch 7 of users ended the process that handled it at shard.0 50 times.")]
    public void Three_caught_failures_or_fifty_deaths_fail_the_session(int begun, int failed, string? reason) =>
        Assert.Equal(reason, new Poison().Judge(Key, new Attempts(begun, failed)));

    [Fact]
    public void What_cannot_even_be_opened_is_named_as_such() =>
        Assert.StartsWith("a damaged message", new Poison().Judge(new AttemptKey(default, "filter", default, 0), new Attempts(3, 3)), StringComparison.Ordinal);

    [Fact]
    public void The_end_of_a_table_is_named_as_such() =>
        Assert.StartsWith("the end of users", new Poison().Judge(Key with { Number = 0 }, new Attempts(3, 3)), StringComparison.Ordinal);
}
