using CoffeeShop.Delivery;
using CoffeeShop.Workers;
using Microsoft.Extensions.Time.Testing;

namespace CoffeeShop.Tests.Workers;

public sealed class PlacementTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly Placement _placement = new();

    [Fact]
    public async Task Whoever_had_better_have_a_destination_goes_first_and_the_others_a_second_later()
    {
        _placement.Set(place: 1, places: 2);
        await _placement.WaitInLineAsync(Destination.Shard(3), _clock, TestContext.Current.CancellationToken);
        var other = _placement.WaitInLineAsync(Destination.Shard(2), _clock, TestContext.Current.CancellationToken);
        Assert.False(other.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(1));
        await other;
    }

    [Fact]
    public async Task A_change_displaces_from_what_had_better_be_elsewhere_and_from_nothing_else()
    {
        var displaced = _placement.DisplacedAsync(Destination.Shard(1), TestContext.Current.CancellationToken);
        var stays = _placement.DisplacedAsync(Destination.Shard(0), TestContext.Current.CancellationToken);
        _placement.Set(place: 0, places: 1);
        Assert.False(displaced.IsCompleted);
        _placement.Set(place: 0, places: 2);
        await displaced;
        Assert.False(stays.IsCompleted);
    }
}
