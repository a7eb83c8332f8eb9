using System.Text;
using CoffeeShop.Embedded;

namespace CoffeeShop.Tests.Embedded;

public sealed class OrderedOutputTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(64)]
    public void What_threads_write_comes_out_in_the_order_of_the_blocks(int window)
    {
        const int Blocks = 2000;
        using var stream = new MemoryStream();
        var output = new OrderedOutput(stream, window);
        var next = -1L;
        var threads = Enumerable.Range(0, 6).Select(_ => new Thread(() =>
        {
            for (long sequence; (sequence = Interlocked.Increment(ref next)) < Blocks;)
            {
                var buffer = output.Rent();
                Encoding.UTF8.GetBytes($"{sequence} ", buffer);
                if (sequence % 7 == 0) Thread.Yield();
                output.Write(sequence, buffer);
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        Assert.Equal(string.Concat(Enumerable.Range(0, Blocks).Select(i => $"{i} ")), Encoding.UTF8.GetString(stream.ToArray()));
    }

    [Fact]
    public void A_thread_that_waits_for_a_block_that_will_not_come_is_let_go()
    {
        var output = new OrderedOutput(Stream.Null, window: 0);
        Exception? thrown = null;
        var ahead = new Thread(() => thrown = Record.Exception(() => output.Write(1, output.Rent())));
        ahead.Start();
        output.Stop();
        ahead.Join();
        Assert.IsType<OperationCanceledException>(thrown);
    }
}
