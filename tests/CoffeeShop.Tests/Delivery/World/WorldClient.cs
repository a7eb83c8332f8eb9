using System.Buffers;
using CoffeeShop.Delivery;

namespace CoffeeShop.Tests.Delivery.World;

/// <summary>What is wrong with a session, so that it must fail and no other.</summary>
internal enum Guilt
{
    None,

    /// <summary>The hash sum of an end is not that of what was sent.</summary>
    LyingSum,

    /// <summary>Another content goes under a number on another connection.</summary>
    TwoContents,

    /// <summary>A message cannot be handled.</summary>
    Poison,
}

/// <summary>A client of version 2: it comes back until it has its result.</summary>
internal class WorldClient(WorldState world, WorldSession session, Guilt guilt, Message? victim)
{
    private readonly SendWindow _window = new(countMax: 3, bytesMax: 2000);
    private readonly ArrayBufferWriter<byte> _result = new();
    private bool _isWelcome;
    private bool _hasFinished;
    private int _next;
    private int _connections;

    public WorldSession Session => session;

    public Guilt Guilt => guilt;

    /// <summary>The batch that is not what it seems.</summary>
    public Message? Victim => victim;

    public virtual byte Protocol => 2;

    public WorldConnection? Connection { get; private set; }

    public bool IsDone { get; protected set; }

    /// <summary>What it has been told of its result.</summary>
    public ReadOnlySpan<byte> Result => _result.WrittenSpan;

    /// <summary>Whether something has happened that may have ended its session without a mistake of anybody's.</summary>
    public bool IsExcused { get; set; }

    /// <summary>Whether it or somebody else has given its session up.</summary>
    public bool IsEnded { get; set; }

    protected WorldState World => world;

    public bool Step()
    {
        if (IsDone) return false;
        if (Connection is { IsCut: true, Down.Count: 0 }) Leave();
        if (IsDone) return true;
        if (Connection is not { } connection)
        {
            if (world.FindGateway() is not { } gateway) return false;
            Connection = connection = new WorldConnection(this);
            _connections++;
            gateway.Accept(connection);
            Begin(connection);
            return true;
        }

        if (connection.Down.TryDequeue(out var frame))
        {
            Handle(frame);
            return true;
        }

        return TrySend(connection);
    }

    /// <summary>Gives the session up.</summary>
    public void Cancel() => Connection?.Up.Enqueue(new ClientFrame.Cancel());

    protected virtual void Begin(WorldConnection connection) => connection.Up.Enqueue(new ClientFrame.Hello(_result.WrittenCount));

    protected virtual void Leave() => (Connection, _isWelcome, _hasFinished, _next) = (null, false, false, 0);

    protected virtual bool TrySend(WorldConnection connection)
    {
        if (!_isWelcome || _hasFinished) return false;
        if (_next == session.Batches.Count)
        {
            if (_window.Count > 0) return false;
            _hasFinished = true;
            connection.Up.Enqueue(new ClientFrame.Finished());
            return true;
        }

        var message = session.Batches[_next];
        var (table, isEnd) = (message.Input.Table!, message.Kind == MessageKind.End);
        if (isEnd || _window.MustSend(table, message.Number))
        {
            if (!_window.HasRoomFor(message.Body.Length)) return false;
            _window.Send(new SentMessage(table, message.Number, isEnd, message.Body.Length));
            connection.Up.Enqueue(isEnd ? new ClientFrame.End(table, new TableEnd(message.Number, message.Hash)) : new ClientFrame.Batch(ContentOf(message)));
        }

        _next++;
        return true;
    }

    private void Handle(ServerFrame frame)
    {
        switch (frame)
        {
            case ServerFrame.Welcome welcome:
                _window.Restart(welcome.Marks);
                _isWelcome = true;
                break;
            case ServerFrame.Success:
                var sent = _window.Acknowledge(TimeSpan.Zero);
                Assert.True(Protocol == 1 || sent is not null, "a gateway acknowledges what was not sent");
                break;
            case ServerFrame.Result { Piece: var piece }:
                WorldViolation.Unless(_result.WrittenCount == piece.Offset, $"invariant 8: session {WorldState.NumberOf(session.Id)} gets bytes at {piece.Offset}, and has {_result.WrittenCount}");
                _result.Write(piece.Bytes.Span);
                break;
            case ServerFrame.SessionEnd end:
                WorldViolation.Unless(_result.WrittenCount == end.Length, $"invariant 8: session {WorldState.NumberOf(session.Id)} has {_result.WrittenCount} bytes of {end.Length}");
                IsDone = true;
                break;
            case ServerFrame.Ended:
                IsDone = true;
                break;
        }
    }

    private Message ContentOf(Message message) => guilt == Guilt.TwoContents && message == victim && _connections % 2 == 1 ? world.OtherContentOf(message) : message;
}

/// <summary>A client of version 1: one connection, no numbers, and it does not care what it is told.</summary>
internal sealed class WorldVersion1Client(WorldState world, WorldSession session, Guilt guilt, Message? victim) : WorldClient(world, session, guilt, victim)
{
    private bool _saysAllEnds;
    private int _sent;

    public override byte Protocol => 1;

    protected override void Begin(WorldConnection connection) => _saysAllEnds = !World.Dice.OneIn(4);

    /// <summary>Its session is void with its connection.</summary>
    protected override void Leave() => IsDone = true;

    protected override bool TrySend(WorldConnection connection)
    {
        if (_sent > Session.Batches.Count) return false;
        if (_sent == Session.Batches.Count)
        {
            connection.Up.Enqueue(new ClientFrame.Finished());
        }
        else
        {
            var message = Session.Batches[_sent];
            if (message.Kind == MessageKind.Batch) connection.Up.Enqueue(new ClientFrame.Batch(message));
            // Some ends are left to FINISHED.
            else if (_saysAllEnds || World.Dice.OneIn(2)) connection.Up.Enqueue(new ClientFrame.End(message.Input.Table!, default));
        }

        _sent++;
        return true;
    }
}
