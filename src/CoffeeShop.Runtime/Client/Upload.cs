using System.Threading.Channels;
using CoffeeShop.Observability;
using Microsoft.Extensions.Logging;

namespace CoffeeShop.Client;

/// <summary>
/// Sends the batches of a dataset over a connection. Reading and cutting go on ahead of the sending, so that neither the
/// disk nor the network waits for the other.
/// </summary>
/// <param name="connection">Where to.</param>
/// <param name="unacknowledged">What is on its way.</param>
/// <param name="progress">Told of what need not be sent.</param>
/// <param name="logger">Told of every batch.</param>
internal sealed class Upload(Connection connection, Unacknowledged unacknowledged, ClientProgress progress, ILogger logger)
{
    /// <summary>How many frames are ready before they can be sent.</summary>
    private const int ReadAhead = 4;

    /// <summary>Sends all batches that must be sent, and the ends of all tables, and waits until all are acknowledged.</summary>
    /// <param name="batching">The batches.</param>
    /// <param name="stop">Ends the sending.</param>
    public async Task<SentInput> SendAsync(Batching batching, CancellationToken stop)
    {
        List<Outgoing> ends = [];
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var ready = Channel.CreateBounded<Outgoing>(new BoundedChannelOptions(ReadAhead) { SingleReader = true, SingleWriter = true });
        var reading = Task.Run(() => ReadAsync(batching, ready.Writer, ending.Token), CancellationToken.None);
        try
        {
            await foreach (var outgoing in ready.Reader.ReadAllAsync(stop))
            {
                await SendAsync(outgoing, stop);
                if (outgoing.IsEnd) ends.Add(SentInput.Keep(outgoing));
                batching.Frames.Return(outgoing.Frame);
            }
        }
        finally
        {
            // Nobody uses the batching any more afterwards.
            await ending.CancelAsync();
            await reading;
        }

        if (!batching.IsRefused) await unacknowledged.WaitForAllAsync(stop);
        return new SentInput(batching.Rows, batching.Rejections, batching.IsRefused, ends);
    }

    /// <summary>Sends the ends of all tables again, whose batches the server has.</summary>
    /// <param name="sent">What was sent over an earlier connection.</param>
    /// <param name="stop">Ends the sending.</param>
    public async Task<SentInput> SendEndsAsync(SentInput sent, CancellationToken stop)
    {
        foreach (var outgoing in sent.Ends) await SendAsync(outgoing, stop);
        await unacknowledged.WaitForAllAsync(stop);
        return sent;
    }

    private async ValueTask SendAsync(Outgoing outgoing, CancellationToken stop)
    {
        if (!outgoing.IsEnd && !unacknowledged.MustSend(outgoing.Table, outgoing.Number))
        {
            progress.Acknowledge(outgoing.Table, outgoing.InputBytes, isEnd: false);
            return;
        }

        await unacknowledged.SendAsync(outgoing, stop);
        await connection.WriteAsync(outgoing.Frame.WrittenMemory, stop);
        if (outgoing.IsEnd) return;
        ClientLog.BatchSent(logger, outgoing.Table.Name, outgoing.Number);
        FailPoint.ClientSent.Hit();
    }

    private static async Task ReadAsync(Batching batching, ChannelWriter<Outgoing> ready, CancellationToken stop)
    {
        try
        {
            foreach (var outgoing in batching.Read(stop)) await ready.WriteAsync(outgoing, stop);
            ready.Complete();
        }
        catch (Exception e)
        {
            // Thrown to the one who sends, unless that has ended already.
            ready.TryComplete(e);
        }
    }
}
