using CoffeeShop.Delivery;
using CoffeeShop.Tables;
using FsCheck.Fluent;

namespace CoffeeShop.Tests.Delivery;

public sealed class SendWindowTests
{
    [Fact]
    public void A_window_is_bounded_in_number_and_bytes_and_acknowledges_in_the_order_of_sending() => Claim.HoldsForAll(200, Gen.Choose(0, 60).ArrayOf(), steps =>
    {
        var (window, sent, number) = (new SendWindow(countMax: 3, bytesMax: 100), new Queue<SentMessage>(), 0L);
        foreach (var bytes in steps)
        {
            if (bytes % 4 == 0)
            {
                Assert.Equal(sent.TryDequeue(out var first) ? first : null, window.Acknowledge(TimeSpan.Zero));
            }
            else if (window.HasRoomFor(bytes))
            {
                var message = new SentMessage(Users.Table, ++number, IsEnd: false, bytes);
                sent.Enqueue(message);
                window.Send(message);
            }

            Assert.Equal((sent.Count, sent.Sum(message => (long)message.Bytes)), (window.Count, window.Bytes));
            Assert.True(window.Count <= 3 && window.Bytes <= 100);
        }
    });

    [Fact]
    public void A_message_larger_than_the_window_is_sent_alone()
    {
        var window = new SendWindow(countMax: 3, bytesMax: 100);
        Assert.True(window.HasRoomFor(1000));
        window.Send(new SentMessage(Users.Table, 1, false, 1000));
        Assert.False(window.HasRoomFor(1));
        Assert.Throws<InvalidOperationException>(() => window.Send(new SentMessage(Users.Table, 2, false, 1)));
    }

    [Fact]
    public void After_a_restart_the_marks_of_the_server_decide_even_below_what_was_acknowledged()
    {
        var window = new SendWindow(countMax: 10, bytesMax: 1000);
        for (var number = 1; number <= 5; number++)
        {
            window.Send(new SentMessage(Users.Table, number, false, 1));
            if (number < 5) window.Acknowledge(TimeSpan.Zero);
        }

        window.Restart(new Dictionary<Table, long> { [Users.Table] = 2 });
        Assert.Equal((0, 0L), (window.Count, window.Bytes));
        Assert.Equal([false, false, true, true, true], Enumerable.Range(1, 5).Select(number => window.MustSend(Users.Table, number)));
        Assert.True(window.MustSend(Stores.Table, 1));
    }

    [Fact]
    public void A_server_that_answers_at_once_gets_as_much_as_is_allowed_soon()
    {
        var window = new SendWindow(countMax: 64, bytesMax: long.MaxValue);
        var acknowledged = 0;
        for (; window.Room < 64; acknowledged++) Exchange(window, TimeSpan.FromMilliseconds(5));
        Assert.InRange(acknowledged, 1, 64);
    }

    [Fact]
    public void A_server_that_takes_long_gets_half_once_for_all_that_was_on_its_way_and_then_one_more_each_time_around()
    {
        var window = new SendWindow(countMax: 64, bytesMax: long.MaxValue);
        while (window.Room < 64) Exchange(window, TimeSpan.Zero);
        Fill(window);
        for (var i = 0; i < 64; i++) window.Acknowledge(TimeSpan.FromSeconds(1));
        Assert.Equal(32, window.Room);
        for (var i = 0; i < 32; i++) Exchange(window, TimeSpan.Zero);
        Assert.Equal(33, window.Room);
        for (var i = 0; i < 500; i++) Exchange(window, TimeSpan.FromSeconds(1));
        Assert.Equal(1, window.Room);
        Assert.True(new SendWindow(countMax: 1, bytesMax: 1).HasRoomFor(1));
    }

    /// <summary>Sends as much as may be sent, and hears of the first of it.</summary>
    private static void Exchange(SendWindow window, TimeSpan waited)
    {
        Fill(window);
        window.Acknowledge(waited);
    }

    private static void Fill(SendWindow window)
    {
        while (window.HasRoomFor(1)) window.Send(new SentMessage(Users.Table, 1, false, 1));
    }
}
