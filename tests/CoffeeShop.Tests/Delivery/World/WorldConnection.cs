using CoffeeShop.Delivery;
using CoffeeShop.Tables;

namespace CoffeeShop.Tests.Delivery.World;

/// <summary>What a client says.</summary>
internal abstract record ClientFrame
{
    public sealed record Hello(long Offset) : ClientFrame;

    public sealed record Batch(Message Message) : ClientFrame;

    public sealed record End(Table Table, TableEnd TableEnd) : ClientFrame;

    public sealed record Finished : ClientFrame;

    public sealed record Cancel : ClientFrame;
}

/// <summary>What a gateway says.</summary>
internal abstract record ServerFrame
{
    public sealed record Welcome(IReadOnlyDictionary<Table, long> Marks) : ServerFrame;

    public sealed record Success : ServerFrame;

    public sealed record Result(ResultPiece Piece) : ServerFrame;

    public sealed record SessionEnd(long Length) : ServerFrame;

    /// <summary>The session has ended otherwise.</summary>
    public sealed record Ended : ServerFrame;
}

/// <summary>A connection of a client with a gateway. One that is cut is not cut for both at once: the gateway still reads what has come.</summary>
internal sealed class WorldConnection(WorldClient client)
{
    public WorldClient Client => client;

    public Queue<ClientFrame> Up { get; } = new();

    public Queue<ServerFrame> Down { get; } = new();

    public bool IsCut { get; private set; }

    /// <summary>The gateway says something, which is lost when nobody hears it.</summary>
    public void Say(ServerFrame frame)
    {
        if (!IsCut) Down.Enqueue(frame);
    }

    /// <summary>The gateway closes it: what it has said before arrives.</summary>
    public void Close() => IsCut = true;

    /// <summary>It breaks: what was said last is lost.</summary>
    public void Cut()
    {
        IsCut = true;
        Down.Clear();
    }
}
