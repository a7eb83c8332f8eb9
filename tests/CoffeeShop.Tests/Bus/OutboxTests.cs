using CoffeeShop.Bus;
using CoffeeShop.Bus.RabbitMq;
using CoffeeShop.Configuration;
using CoffeeShop.Tests.Oracle;

namespace CoffeeShop.Tests.Bus;

/// <summary>What waits for the broker, and what becomes of it: without a broker.</summary>
[Trait("suite", "bus")]
public sealed class OutboxTests
{
    private static readonly RabbitMqOptions Options = new(RabbitMqAddress.Parse("amqp://localhost/")) { WindowBundles = 8, WindowBytes = 10_000, BundleBytes = 0 };
    private static readonly QueueName One = new("shard.0"), Other = new("shard.1");

    private readonly Outbox _outbox = new(Options, "here");

    [Fact]
    public void Confirms_complete_those_they_mean()
    {
        var channel = _outbox.Begin();
        var added = Enumerable.Range(1, 5).Select(number => _outbox.Add(One, BusSample.Message(number))).ToList();
        Assert.Equal([1, 2, 3, 4, 5], SendAll());
        _outbox.Accept(channel, 4, multiple: false);
        Assert.Equal([false, false, false, true, false], added.Select(publishing => publishing.IsCompletedSuccessfully));
        _outbox.Accept(channel, 2, multiple: true);
        Assert.Equal([true, true, false, true, false], added.Select(publishing => publishing.IsCompletedSuccessfully));
        _outbox.Accept(channel, 5, multiple: true);
        Assert.All(added, publishing => Assert.True(publishing.IsCompletedSuccessfully));
    }

    [Fact]
    public void What_a_lost_channel_has_not_confirmed_is_sent_again_in_its_order_before_the_rest()
    {
        var channel = _outbox.Begin();
        var added = Enumerable.Range(1, 12).Select(number => _outbox.Add(One, BusSample.Message(number))).ToList();
        Assert.Equal(Enumerable.Range(1, 8), SendAll());
        _outbox.Accept(channel, 2, multiple: false);
        Assert.Equal(7, _outbox.Lose());
        // The old channel says nothing any more, though the new one has the same numbers.
        var next = _outbox.Begin();
        Assert.Equal([1, 3, 4, 5, 6, 7, 8, 9], SendAll());
        _outbox.Accept(channel, 8, multiple: true);
        _ = Assert.Single(added, publishing => publishing.IsCompleted);
        _outbox.Accept(next, 8, multiple: true);
        Assert.Equal([10, 11, 12], SendAll());
        Assert.Equal(9, added.Count(publishing => publishing.IsCompletedSuccessfully));
    }

    [Fact]
    public async Task A_returned_message_fails_by_the_name_of_its_queue_when_it_is_confirmed()
    {
        var channel = _outbox.Begin();
        var (missing, fine) = (_outbox.Add(One, BusSample.Message(1)), _outbox.Add(Other, BusSample.Message(2)));
        Assert.True(_outbox.TrySend(TimeSpan.Zero, out var first, out _));
        Assert.True(_outbox.TrySend(TimeSpan.Zero, out _, out _));
        _outbox.Return(channel, first.Id);
        Assert.False(missing.IsCompleted);
        _outbox.Accept(channel, 2, multiple: true);
        Assert.Equal(One, (await Assert.ThrowsAsync<QueueMissingException>(() => missing)).Queue);
        await fine;
    }

    [Fact]
    public void A_full_queue_is_tried_again_after_a_pause_with_fewer_and_others_do_not_wait()
    {
        var channel = _outbox.Begin();
        for (var number = 1; number <= 8; number++) _ = _outbox.Add(One, BusSample.Message(number));
        Assert.Equal(8, SendAll().Count);
        var full = new List<QueueName>();
        for (var number = 1UL; number <= 8; number++) _outbox.Refuse(channel, number, multiple: false, TimeSpan.FromSeconds(1), (queue, _) => full.Add(queue));
        Assert.Equal([One], full);
        _ = _outbox.Add(Other, BusSample.Message(100));
        Assert.Equal([100], SendAll(TimeSpan.FromSeconds(1)));
        Assert.False(_outbox.TrySend(TimeSpan.FromSeconds(1), out _, out var pause));
        Assert.InRange(pause, Options.PauseMin / 2, Options.PauseMin);
        Assert.Equal(4, SendAll(TimeSpan.FromSeconds(1) + Options.PauseMin).Count);
    }

    [Fact]
    public void The_window_bounds_bytes_and_a_larger_message_goes_alone()
    {
        var channel = _outbox.Begin();
        foreach (var (number, bytes) in new[] { (1, 6000), (2, 5000), (3, 50_000), (4, 10) }) _ = _outbox.Add(One, BusSample.Message(number, bytes));
        for (var number = 1; number <= 4; number++)
        {
            Assert.Equal([number], SendAll());
            _outbox.Accept(channel, (ulong)number, multiple: false);
        }
    }

    [Fact]
    public async Task A_closed_outbox_fails_what_it_has_and_what_comes()
    {
        _outbox.Begin();
        var (sent, waiting) = (_outbox.Add(One, BusSample.Message(1)), _outbox.Add(One, BusSample.Message(2)));
        Assert.True(_outbox.TrySend(TimeSpan.Zero, out _, out _));
        _outbox.Close();
        foreach (var publishing in new[] { sent, waiting, _outbox.Add(Other, BusSample.Message(3)) }) await Assert.ThrowsAsync<BusException>(() => publishing);
        Assert.Equal(0, _outbox.Lose());
    }

    [Fact]
    public void Whatever_the_broker_does_each_message_is_taken_before_it_completes() => Seeds.Check(1, 200, (random, seed) =>
    {
        var outbox = new Outbox(Options, "here");
        var (channel, now, sent, taken) = (outbox.Begin(), TimeSpan.Zero, new SortedDictionary<ulong, int>(), new HashSet<int>());
        var (number, publishing) = (0UL, new List<Task>());
        while (publishing.Count < 100 || publishing.Exists(one => !one.IsCompleted))
        {
            now += TimeSpan.FromMilliseconds(random.Next(50));
            if (publishing.Count < 100) publishing.Add(outbox.Add(random.OneIn(2) ? One : Other, BusSample.Message(publishing.Count, random.Next(4, 4000))));
            while (outbox.TrySend(now, out var bundle, out _)) sent.Add(++number, bundle.Publications.Single().Message.Number());
            if (random.OneIn(10))
            {
                outbox.Lose();
                sent.Clear();
                (number, channel) = (0, outbox.Begin());
            }
            else if (sent.Count > 0)
            {
                var isMultiple = random.OneIn(2);
                var upTo = random.Pick([.. sent.Keys]);
                var meant = sent.Keys.Where(one => isMultiple ? one <= upTo : one == upTo).ToList();
                var isRefused = random.OneIn(4);
                if (!isRefused) taken.UnionWith(meant.Select(one => sent[one]));
                if (isRefused) outbox.Refuse(channel, upTo, isMultiple, now, (_, _) => { });
                else outbox.Accept(channel, upTo, isMultiple);
                foreach (var one in meant) sent.Remove(one);
            }

            for (var i = 0; i < publishing.Count; i++) Assert.Equal(publishing[i].IsCompletedSuccessfully, taken.Contains(i));
        }
    });

    [Theory]
    [InlineData("amqp://coffee:p%40ss@broker:5673/shop%2F1", "broker", 5673, "coffee", "p@ss", "shop/1", false)]
    [InlineData("amqps://broker", "broker", 5671, "guest", "guest", "/", true)]
    [InlineData("amqp://coffee:secret@127.0.0.1/", "127.0.0.1", 5672, "coffee", "secret", "/", false)]
    public void Addresses_are_read(string uri, string host, int port, string user, string password, string virtualHost, bool isEncrypted) =>
        Assert.Equal(new RabbitMqAddress(host, port, user, password, virtualHost, isEncrypted), RabbitMqAddress.Parse(uri));

    [Theory]
    [InlineData("broker")]
    [InlineData("http://coffee:secret@broker")]
    [InlineData("amqp://coffee:secret@broker/a/b")]
    [InlineData("amqp://coffee:secret@broker/a?heartbeat=5")]
    public void What_is_no_address_is_told_without_the_password(string uri)
    {
        var failure = Assert.Throws<ConfigurationException>(() => RabbitMqAddress.Parse(uri));
        Assert.Contains("expected amqp://", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("3.9.29", false)]
    [InlineData("3.10.0", true)]
    [InlineData("4.0.0-rc.1", true)]
    [InlineData("none", false)]
    public void Old_brokers_are_refused(string version, bool isSupported) => Assert.Equal(isSupported, RabbitMqConnecting.IsSupported(version));

    private List<int> SendAll(TimeSpan now = default)
    {
        var sent = new List<int>();
        while (_outbox.TrySend(now, out var bundle, out _)) sent.Add(bundle.Publications.Single().Message.Number());
        return sent;
    }
}
