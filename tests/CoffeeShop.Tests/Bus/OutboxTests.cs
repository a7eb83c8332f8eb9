using System.Buffers;
using CoffeeShop.Bus;
using CoffeeShop.Bus.RabbitMq;
using CoffeeShop.Configuration;
using CoffeeShop.Delivery;
using CoffeeShop.Tests.Oracle;
using RabbitMQ.Client;

namespace CoffeeShop.Tests.Bus;

/// <summary>What waits for the broker, and what becomes of it: without a broker.</summary>
[Trait("suite", "bus")]
public sealed class OutboxTests
{
    private static readonly RabbitMqOptions Options = new(RabbitMqAddress.Parse("amqp://localhost/")) { WindowBundles = 8, WindowBytes = 10_000, BundleBytes = 0 };
    private static readonly QueueName One = new("shard.0"), Other = new("shard.1");

    private static readonly SessionId Session = new(Guid.Parse("01890a5d-ac96-774b-bcce-b302099a8057"));

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
    public void The_length_of_a_queue_is_looked_at_after_each_sixteenth_of_its_bound_and_it_is_not_filled_beyond()
    {
        var outbox = new Outbox(Options with { WindowBytes = 1 << 20, QueueBytesMax = 16_000 }, "here");
        var channel = outbox.Begin();
        var full = new List<(QueueName Queue, int Waiting)>();
        for (var number = 1; number <= 40; number++) _ = outbox.Add(One, BusSample.Message(number, bytes: 600));

        // An eighth is exceeded by the fourth, and what goes no further waits for the look; others do not.
        Assert.False(outbox.TryLook(TimeSpan.Zero, out _));
        Assert.Equal([[1], [2], [3], [4]], Bundles(outbox));
        Assert.True(outbox.TryLook(TimeSpan.Zero, out var queue));
        Assert.Equal(One, queue);
        _ = outbox.Add(Other, BusSample.Message(100));
        // During the look another eighth may go.
        Assert.Equal([[5], [100], [6], [7]], Bundles(outbox));
        Assert.False(outbox.TryLook(TimeSpan.Zero, out _));
        outbox.Accept(channel, 8, multiple: true);

        // What is under way counts as well as what waits, also what was at the beginning of the look: 22 × 600 + 4 × 600 are below the bound.
        Look(22, TimeSpan.Zero);
        Assert.Equal([[8]], Bundles(outbox));
        Assert.True(outbox.TryLook(TimeSpan.Zero, out _));
        // 26 × 600 + 600 are not.
        Look(26, TimeSpan.Zero);
        Assert.Equal([(One, 32)], full);
        Assert.False(outbox.TryLook(TimeSpan.Zero, out _));
        Assert.False(outbox.TrySend(TimeSpan.Zero, out _, out var pause));
        Assert.InRange(pause, Options.PauseMin / 2, Options.PauseMin);

        // It is told once that it is full, also when the broker does not answer in between; nothing goes before the look after the pause.
        for (var second = 1; second <= 2; second++)
        {
            var later = TimeSpan.FromSeconds(second);
            Assert.False(outbox.TrySend(later, out _, out _));
            Assert.True(outbox.TryLook(later, out _));
            Look(second == 1 ? null : 26, later);
        }

        _ = Assert.Single(full);
        var last = TimeSpan.FromSeconds(3);
        Assert.True(outbox.TryLook(last, out _));
        Look(25, last);
        Assert.Equal([[9], [10], [11], [12]], Bundles(outbox, last));

        void Look(long? length, TimeSpan now) => outbox.Look(One, length, now, (found, waiting) => full.Add((found, waiting)));
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
    public void What_comes_while_something_is_under_way_to_the_same_queue_travels_together_and_is_confirmed_together()
    {
        var outbox = new Outbox(Options with { BundleBytes = 1000 }, "here");
        var channel = outbox.Begin();
        var added = Enumerable.Range(1, 10).Select(number => outbox.Add(One, BusSample.Message(number, 300))).ToList();
        // Full bundles wait for nothing, the rest for those.
        Assert.Equal([[1, 2, 3], [4, 5, 6], [7, 8, 9]], Bundles(outbox));
        added.Add(outbox.Add(One, BusSample.Message(11)));
        _ = outbox.Add(Other, BusSample.Message(100));
        Assert.Equal([[100]], Bundles(outbox));
        outbox.Accept(channel, 2, multiple: true);
        Assert.Equal([.. Enumerable.Repeat(true, 6), .. Enumerable.Repeat(false, 5)], added.Select(publishing => publishing.IsCompletedSuccessfully));
        Assert.Empty(Bundles(outbox));
        outbox.Accept(channel, 3, multiple: false);
        Assert.Equal([[10, 11]], Bundles(outbox));
        outbox.Accept(channel, 5, multiple: true);
        Assert.All(added, publishing => Assert.True(publishing.IsCompletedSuccessfully));
    }

    [Fact]
    public void A_bundle_has_a_number_of_messages_at_most()
    {
        var outbox = new Outbox(Options with { BundleBytes = 1 << 20 }, "here");
        outbox.Begin();
        _ = outbox.Add(One, [.. Enumerable.Range(1, RabbitMqOptions.BundleMessagesMax + 1).Select(number => BusSample.Message(number))]);
        Assert.Equal([RabbitMqOptions.BundleMessagesMax], Bundles(outbox).Select(bundle => bundle.Count));
    }

    [Fact]
    public void A_bundle_that_is_lost_or_refused_waits_again_before_the_rest()
    {
        var outbox = new Outbox(Options with { BundleBytes = 1000 }, "here");
        outbox.Begin();
        foreach (var number in Enumerable.Range(1, 8)) _ = outbox.Add(One, BusSample.Message(number, 300));
        Assert.Equal([[1, 2, 3], [4, 5, 6]], Bundles(outbox));
        Assert.Equal(6, outbox.Lose());
        var channel = outbox.Begin();
        Assert.Equal([[1, 2, 3], [4, 5, 6]], Bundles(outbox));
        outbox.Refuse(channel, 1, multiple: false, TimeSpan.Zero, (_, waiting) => Assert.Equal(5, waiting));
        outbox.Accept(channel, 2, multiple: false);
        Assert.Equal([[1, 2, 3]], Bundles(outbox, Options.PauseMin));
    }

    [Fact]
    public void A_bundle_has_these_bytes()
    {
        var messages = new[] { new BusMessage(Session, 0x0102030405060708, new byte[] { 0xAA, 0xBB }), new BusMessage(Session, 9, ReadOnlyMemory<byte>.Empty) { IsRepeated = true } };
        var bundle = new Bundle(One, [.. messages.Select(message => new Publication(message))], "1");
        var writer = new ArrayBufferWriter<byte>();
        RabbitMqEnvelope.Write(bundle, writer);
        Assert.Equal(
            "00000002" + "01890A5DAC96774BBCCEB302099A8057" + "0102030405060708" + "00" + "AABB"
            + "00000000" + "01890A5DAC96774BBCCEB302099A8057" + "0000000000000009" + "01",
            Convert.ToHexString(writer.WrittenSpan));
        var read = RabbitMqEnvelope.Read(RabbitMqEnvelope.PropertiesOf(bundle), writer.WrittenMemory);
        Assert.Equal(messages.Select(message => (message.Session, message.Hash, message.IsRepeated)), read.Select(message => (message.Session, message.Hash, message.IsRepeated)));
        Assert.Equal(messages.Select(message => message.Body.ToArray()), read.Select(message => message.Body.ToArray()));
        for (var bytes = 0; bytes < writer.WrittenCount; bytes++)
            Assert.Equal(bytes == 31 ? 1 : 0, RabbitMqEnvelope.Read(RabbitMqEnvelope.PropertiesOf(bundle), writer.WrittenMemory[..bytes]).Count);
        Assert.Empty(RabbitMqEnvelope.Read(new BasicProperties(), writer.WrittenMemory));
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
    public void Whatever_the_broker_does_each_message_is_taken_before_it_completes_and_none_waits_for_nothing() => Seeds.Check(1, 300, (random, seed) =>
    {
        var outbox = new Outbox(Options with { BundleBytes = 3000, QueueBytesMax = 20_000 }, "here");
        var (channel, number, now, sent) = (outbox.Begin(), 0UL, TimeSpan.Zero, new SortedDictionary<ulong, Bundle>());
        var (publishing, taken, missing) = (new List<Task>(), new HashSet<int>(), new HashSet<int>());
        QueueName? lookedAt = null;
        while (publishing.Count < 100 || publishing.Exists(one => !one.IsCompleted))
        {
            now += TimeSpan.FromMilliseconds(random.Next(50));
            if (publishing.Count < 100) publishing.Add(outbox.Add(random.OneIn(2) ? One : Other, BusSample.Message(publishing.Count, random.Next(4, 4000))));
            var pause = Send();
            // Something must come that makes the publisher try again: an answer, or the end of a pause.
            Assert.True(sent.Count > 0 || lookedAt is not null || pause != Timeout.InfiniteTimeSpan || publishing.TrueForAll(one => one.IsCompleted), $"{publishing.Count(one => !one.IsCompleted)} wait for nothing");
            if (lookedAt is { } queue && random.OneIn(3))
            {
                outbox.Look(queue, random.OneIn(5) ? null : random.Next(12), now, (_, _) => { });
                lookedAt = null;
            }

            if (random.OneIn(10))
            {
                outbox.Lose();
                sent.Clear();
                (number, channel) = (0, outbox.Begin());
            }
            else if (sent.Count > 0)
            {
                Answer();
            }

            for (var i = 0; i < publishing.Count; i++)
                Assert.Equal((taken.Contains(i), missing.Contains(i)), (publishing[i].IsCompletedSuccessfully, publishing[i].IsFaulted));
        }

        TimeSpan Send()
        {
            while (true)
            {
                if (outbox.TryLook(now, out var queue))
                {
                    Assert.Null(lookedAt);
                    lookedAt = queue;
                }

                if (!outbox.TrySend(now, out var bundle, out var pause)) return pause;
                sent.Add(++number, bundle);
            }
        }

        void Answer()
        {
            var isMultiple = random.OneIn(2);
            var upTo = random.Pick([.. sent.Keys]);
            var meant = sent.Where(one => isMultiple ? one.Key <= upTo : one.Key == upTo).ToList();
            if (random.OneIn(4))
            {
                outbox.Refuse(channel, upTo, isMultiple, now, (_, _) => { });
            }
            else
            {
                foreach (var (_, bundle) in meant)
                {
                    var isMissing = random.OneIn(10);
                    if (isMissing) outbox.Return(channel, bundle.Id);
                    (isMissing ? missing : taken).UnionWith(bundle.Publications.Select(publication => publication.Message.Number()));
                }

                outbox.Accept(channel, upTo, isMultiple);
            }

            foreach (var (one, _) in meant) sent.Remove(one);
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

    private static List<List<int>> Bundles(Outbox outbox, TimeSpan now = default)
    {
        var bundles = new List<List<int>>();
        while (outbox.TrySend(now, out var bundle, out _)) bundles.Add([.. bundle.Publications.Select(publication => publication.Message.Number())]);
        return bundles;
    }

    private List<int> SendAll(TimeSpan now = default)
    {
        var sent = new List<int>();
        while (_outbox.TrySend(now, out var bundle, out _)) sent.Add(bundle.Publications.Single().Message.Number());
        return sent;
    }
}
