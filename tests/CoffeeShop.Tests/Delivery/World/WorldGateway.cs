using CoffeeShop.Bus;
using CoffeeShop.Delivery;
using CoffeeShop.Storage;

namespace CoffeeShop.Tests.Delivery.World;

/// <summary>A gateway, with its conversations.</summary>
internal sealed class WorldGateway : WorldProcess
{
    private readonly List<WorldConversation> _conversations = [];
    private int _turn;

    public WorldGateway(WorldState world, int number) : base(world, $"gateway.{number}")
    {
        Storage = new WorldStorage(this, world.Database, world.Shards);
        Bus = new WorldBusOf(this, world.Bus);
    }

    public WorldStorage Storage { get; }

    public IBus Bus { get; }

    public void Accept(WorldConnection connection) =>
        _conversations.Add(connection.Client.Protocol == 1 ? new Version1Conversation(World, this, connection) : new Version2Conversation(World, this, connection));

    public override bool Step()
    {
        for (var count = _conversations.Count; count > 0; count--)
        {
            var conversation = _conversations[_turn++ % _conversations.Count];
            var hasStepped = conversation.Step();
            if (conversation.IsOver) Remove(conversation);
            if (hasStepped || conversation.IsOver) return true;
        }

        return false;
    }

    /// <summary>Whether the client of a session is connected here.</summary>
    public bool Serves(SessionId session) => _conversations.Exists(conversation => conversation.Session.Id == session);

    /// <summary>Makes a conversation that of its session: an earlier one, whose client may not know yet that it is over, ends first.</summary>
    public void Enter(WorldConversation conversation)
    {
        foreach (var other in _conversations.Where(other => other != conversation && other.Session == conversation.Session)) other.End();
    }

    /// <summary>Says the ends of a session that stands still once more.</summary>
    public async Task RepairAsync(WorldRow row)
    {
        if (World.IsTold) World.Tell($"{this} repairs session {WorldState.NumberOf(row.Session.Id)}");
        try
        {
            foreach (var (table, end) in row.Ends.ToList())
                await Bus.PublishAsync(new Message(row.Session.Id, Input.Of(table), MessageKind.End, end.Last, World.SumOf(end.HashSum), default), World.Shards);
        }
        catch (BusException)
        {
            // The next repair goes on.
        }
    }

    /// <summary>Ends a session, as far as the database takes it.</summary>
    public async Task EndAsync(SessionId session, SessionState state, string reason)
    {
        try
        {
            await Storage.EndSessionAsync(session, state, reason);
        }
        catch (StorageException)
        {
            // Whoever looks after the sessions does it later.
        }
    }

    protected override void Forget()
    {
        foreach (var conversation in _conversations.ToList())
        {
            conversation.Lose();
            Remove(conversation);
        }
    }

    private void Remove(WorldConversation conversation)
    {
        _conversations.Remove(conversation);
        (conversation as IDisposable)?.Dispose();
    }
}
