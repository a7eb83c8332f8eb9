using System.Threading.Channels;
using RabbitMQ.Client;

namespace CoffeeShop.Bus.RabbitMq;

/// <summary>
/// Sends the acknowledgements of a channel. Deliveries are numbered from 1; as long as those from the first on are done, one
/// frame says so for all of them, whatever has gathered during the frame before.
/// </summary>
internal sealed class RabbitMqAcknowledgements : IAsyncDisposable
{
    private readonly Channel<(ulong Tag, bool IsParked)> _said = Channel.CreateUnbounded<(ulong, bool)>(new() { SingleReader = true });
    private readonly HashSet<ulong> _ahead = [];
    private readonly IChannel _channel;
    private readonly Task _sending;
    private ulong _done;

    public RabbitMqAcknowledgements(IChannel channel)
    {
        _channel = channel;
        _sending = Task.Run(SendAsync);
    }

    /// <summary>The effect of a delivery is committed. Without effect when the channel has ended.</summary>
    public void Add(ulong tag) => _said.Writer.TryWrite((tag, false));

    /// <summary>Nobody can make anything of a delivery: it goes where those are kept.</summary>
    public void Park(ulong tag) => _said.Writer.TryWrite((tag, true));

    /// <summary>Nothing is taken in any more.</summary>
    public void End() => _said.Writer.TryComplete();

    /// <summary>Sends what has been said.</summary>
    public async ValueTask DisposeAsync()
    {
        End();
        await _sending;
    }

    private async Task SendAsync()
    {
        try
        {
            var said = new List<(ulong Tag, bool IsParked)>();
            while (await _said.Reader.WaitToReadAsync())
            {
                while (_said.Reader.TryRead(out var one)) said.Add(one);
                await SendAsync(said);
                said.Clear();
            }
        }
        catch (Exception e) when (RabbitMqErrors.IsTrouble(e))
        {
            // The channel has ended, and what it had comes again.
            End();
        }
    }

    private async Task SendAsync(List<(ulong Tag, bool IsParked)> said)
    {
        foreach (var (tag, _) in said) _ahead.Add(tag);
        var before = _done;
        while (_ahead.Remove(_done + 1)) _done++;
        // The frame must name one that has not been acknowledged before: the last of the row may have been, alone.
        var last = before;
        foreach (var (tag, isParked) in said)
        {
            if (isParked) await _channel.BasicRejectAsync(tag, requeue: false);
            else if (tag > _done) await _channel.BasicAckAsync(tag, multiple: false);
            else last = Math.Max(last, tag);
        }

        if (last > before) await _channel.BasicAckAsync(last, multiple: true);
    }
}
