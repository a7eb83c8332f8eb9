using CoffeeShop.Delivery;
using CoffeeShop.Tests.Oracle;

namespace CoffeeShop.Tests.Delivery.World;

[Trait("suite", "eof")]
public sealed class WorldTests
{
    private const int Schedules = 300;

    [Fact]
    public void Whatever_happens_every_session_ends_with_the_bytes_of_an_undisturbed_run() => Seeds.Check(1, Schedules, (random, _) =>
    {
        var shards = random.Pick(1, 2, 3);
        var world = new WorldState(random, shards, isBroker: random.OneIn(2), Enumerable.Range(1, random.Next(1, 3)).Select(number => WorldSession.Random(random, number, shards, isGuilty: false)));
        for (var steps = random.Next(50, 400); steps > 0; steps--) world.Step();
        world.Rest();
    });

    [Fact]
    public void A_session_whose_numbers_lie_fails_and_no_other() => Seeds.Check(1, Schedules / 3, (random, _) =>
    {
        var world = new WorldState(random, 2, isBroker: random.OneIn(2), WorldSession.Random(random, 1, 2, isGuilty: true), WorldSession.Random(random, 2, 2, isGuilty: false));
        for (var steps = random.Next(50, 300); steps > 0; steps--) world.Step();
        world.Rest();
        Assert.Contains("two contents went under one number", world.Sessions.Values.Single(session => session.State == SessionState.Failed).Reason, StringComparison.Ordinal);
    });
}
