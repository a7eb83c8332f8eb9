using System.Diagnostics.CodeAnalysis;

namespace CoffeeShop.Bus.RabbitMq;

/// <summary>
/// What this process wants to publish. A message waits in the lane of its queue, then is under way in a bundle within the window
/// until the broker confirms it, refuses it (it waits again), or the channel is lost (it waits again, as the first). It leaves when it
/// is confirmed, when there is no queue for it, or when the bus is closed. Knows no broker and no clock; a lock guards it.
/// </summary>
/// <param name="options">The window, the bound of queues, and the pauses.</param>
/// <param name="where">The broker, for messages.</param>
internal sealed class Outbox(RabbitMqOptions options, string where)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<QueueName, OutboxLane> _lanes = [];
    private readonly List<OutboxLane> _turns = [];
    private readonly Dictionary<ulong, Bundle> _underWay = [];
    private ulong _settled;
    private ulong _sent;
    private ulong _ids;
    private long _bytesUnderWay;
    private int _channel;
    private int _turn;
    private bool _isLooking;
    private bool _isClosed;

    /// <summary>Takes messages in.</summary>
    /// <returns>Completes when they are confirmed.</returns>
    public Task Add(QueueName queue, params IReadOnlyList<BusMessage> messages)
    {
        lock (_lock)
        {
            if (_isClosed) return Task.FromException(Closed(queue));
            List<Publication> publications = [.. messages.Select(message => new Publication(message))];
            foreach (var publication in publications) LaneOf(queue).Add(publication);
            return publications.Count == 1 ? publications[0].Confirmed.Task : Task.WhenAll(publications.Select(publication => publication.Confirmed.Task));
        }
    }

    /// <summary>A new channel is there, on which nothing has been sent.</summary>
    /// <returns>Its number, for what comes from it.</returns>
    public int Begin()
    {
        lock (_lock)
        {
            (_sent, _settled) = (0, 0);
            return ++_channel;
        }
    }

    /// <summary>Takes the next bundle that may be sent, lane by lane.</summary>
    /// <param name="now">The time since any moment, the same for all calls.</param>
    /// <param name="bundle">The bundle. It is under way from now on.</param>
    /// <param name="pause">When there is none: after which time there may be one, if nothing else happens before.</param>
    public bool TrySend(TimeSpan now, [NotNullWhen(true)] out Bundle? bundle, out TimeSpan pause)
    {
        (bundle, pause) = (null, Timeout.InfiniteTimeSpan);
        lock (_lock)
        {
            if (_underWay.Count >= options.WindowBundles) return false;
            for (var i = 0; i < _turns.Count; i++)
            {
                var lane = _turns[(_turn + i) % _turns.Count];
                if (!lane.IsReady) continue;
                if (lane.PausedUntil > now)
                {
                    var left = lane.PausedUntil - now;
                    if (pause == Timeout.InfiniteTimeSpan || left < pause) pause = left;
                    continue;
                }

                if (lane.NeedsLook) continue;
                // Small ones do not overtake a large one that waits for room, or it would wait for ever.
                var room = options.WindowBytes - _bytesUnderWay;
                if (_underWay.Count > 0 && lane.NextBytes > room) return false;
                bundle = new Bundle(lane.Queue, lane.Send(Math.Min(room, options.BundleBytes)), $"{++_ids:x}");
                _underWay.Add(++_sent, bundle);
                _bytesUnderWay += bundle.Bytes;
                _turn = (_turn + i + 1) % _turns.Count;
                return true;
            }

            return false;
        }
    }

    /// <summary>Takes the next queue whose length is to be looked at, one at a time: <see cref="Look"/> must follow, whatever comes of it.</summary>
    /// <param name="now">The time, as for <see cref="TrySend"/>.</param>
    /// <param name="queue">The queue.</param>
    public bool TryLook(TimeSpan now, out QueueName queue)
    {
        lock (_lock)
        {
            var next = _isLooking ? null : _turns.FirstOrDefault(lane => lane.IsReady && lane.WantsLook && lane.PausedUntil <= now);
            next?.BeginLook();
            _isLooking |= next is not null;
            queue = next?.Queue ?? default;
            return next is not null;
        }
    }

    /// <summary>A queue has been looked at.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="length">How many bundles wait in it; null when that could not be found out.</param>
    /// <param name="now">The time, as for <see cref="TrySend"/>.</param>
    /// <param name="onFull">Is told when a queue has become full, and how many messages wait for it.</param>
    public void Look(QueueName queue, long? length, TimeSpan now, Action<QueueName, int> onFull)
    {
        lock (_lock)
        {
            _isLooking = false;
            var lane = LaneOf(queue);
            if (lane.EndLook(length, now)) onFull(queue, lane.Waiting);
        }
    }

    /// <summary>The broker has found no queue for a bundle.</summary>
    public void Return(int channel, string? id)
    {
        lock (_lock)
        {
            if (channel != _channel) return;
            foreach (var bundle in _underWay.Values.Where(bundle => bundle.Id == id)) bundle.IsReturned = true;
        }
    }

    /// <summary>The broker has taken bundles.</summary>
    /// <param name="channel">The channel it says so on; one that is not in use any more says nothing.</param>
    /// <param name="number">The number of the bundle, in the order of sending.</param>
    /// <param name="multiple">Whether all before are meant too.</param>
    public void Accept(int channel, ulong number, bool multiple)
    {
        lock (_lock)
        {
            foreach (var bundle in Settle(channel, number, multiple))
            {
                if (bundle.IsReturned) LaneOf(bundle.Queue).Fail(bundle);
                else LaneOf(bundle.Queue).Accept(bundle);
                foreach (var publication in bundle.Publications)
                {
                    if (bundle.IsReturned) publication.Confirmed.SetException(new QueueMissingException(bundle.Queue, where));
                    else publication.Confirmed.SetResult();
                }
            }
        }
    }

    /// <summary>The broker has not taken bundles, since their queue is full.</summary>
    /// <param name="channel">The channel it says so on.</param>
    /// <param name="number">The number of the bundle.</param>
    /// <param name="multiple">Whether all before are meant too.</param>
    /// <param name="now">The time, as for <see cref="TrySend"/>.</param>
    /// <param name="onFull">Is told when a queue has become full, and how many messages wait for it.</param>
    public void Refuse(int channel, ulong number, bool multiple, TimeSpan now, Action<QueueName, int> onFull)
    {
        lock (_lock)
        {
            foreach (var bundle in Settle(channel, number, multiple))
            {
                var lane = LaneOf(bundle.Queue);
                if (lane.Refuse(bundle, now)) onFull(bundle.Queue, lane.Waiting);
            }
        }
    }

    /// <summary>The channel is lost. Whether the broker has what is under way is not known, so all of it is sent again.</summary>
    /// <returns>How many messages those are.</returns>
    public int Lose()
    {
        lock (_lock)
        {
            _channel++;
            var lost = TakeUnderWay();
            foreach (var bundle in lost) LaneOf(bundle.Queue).Return(bundle);
            return lost.Sum(bundle => bundle.Publications.Count);
        }
    }

    /// <summary>The broker has closed the channel for what was sent. One of those under way is to blame; whoever sent them decides.</summary>
    /// <param name="failure">What each is told, by its queue.</param>
    public void Fail(Func<QueueName, BusException> failure)
    {
        lock (_lock)
        {
            _channel++;
            foreach (var bundle in TakeUnderWay())
            {
                LaneOf(bundle.Queue).Fail(bundle);
                foreach (var publication in bundle.Publications) publication.Confirmed.SetException(failure(bundle.Queue));
            }
        }
    }

    /// <summary>Nothing is sent any more, and nothing taken in.</summary>
    /// <param name="onEnd">Is told how much the broker has taken for each queue: bundles, messages and their bytes.</param>
    public void Close(Action<QueueName, long, long, long>? onEnd = null)
    {
        lock (_lock)
        {
            if (_isClosed) return;
            _isClosed = true;
            foreach (var lane in _turns.Where(lane => lane.Taken.Bundles > 0)) onEnd?.Invoke(lane.Queue, lane.Taken.Bundles, lane.Taken.Messages, lane.Taken.Bytes);
            foreach (var bundle in TakeUnderWay()) LaneOf(bundle.Queue).Return(bundle);
            foreach (var lane in _turns)
                foreach (var publication in lane.Clear()) publication.Confirmed.SetException(Closed(lane.Queue));
        }
    }

    private static BusException Closed(QueueName queue) => new($"The bus has been closed: whether a message to {queue} arrives is not known.");

    private IEnumerable<Bundle> Settle(int channel, ulong number, bool multiple)
    {
        if (channel != _channel) yield break;
        for (var settled = multiple ? _settled + 1 : number; settled <= number; settled++)
        {
            if (!_underWay.Remove(settled, out var bundle)) continue;
            _bytesUnderWay -= bundle.Bytes;
            yield return bundle;
        }

        if (multiple) _settled = Math.Max(_settled, number);
    }

    // The last sent comes first, so that the first sent is the first again when each is put before the others.
    private List<Bundle> TakeUnderWay()
    {
        List<Bundle> all = [.. _underWay.OrderByDescending(pair => pair.Key).Select(pair => pair.Value)];
        _underWay.Clear();
        _bytesUnderWay = 0;
        return all;
    }

    private OutboxLane LaneOf(QueueName queue)
    {
        if (_lanes.TryGetValue(queue, out var lane)) return lane;
        lane = new OutboxLane(queue, options);
        _lanes.Add(queue, lane);
        _turns.Add(lane);
        return lane;
    }
}
