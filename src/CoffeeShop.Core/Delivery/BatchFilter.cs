using System.Buffers;
using CoffeeShop.Queries;
using CoffeeShop.Results;
using CoffeeShop.Tables;

namespace CoffeeShop.Delivery;

/// <summary>A message and where it goes.</summary>
/// <param name="Destination">Where it goes.</param>
/// <param name="Message">The message.</param>
public sealed record Routed(Destination Destination, Message Message);

/// <summary>
/// Turns a batch into exactly one message per destination of its table, all with the number and hash of the batch; one that has
/// nothing to say is sent all the same, since every ledger counts. Reuses its memory: it serves one batch at a time.
/// </summary>
public sealed class BatchFilter
{
    private readonly Dictionary<Table, Batch> _batches = TableRegistry.All.Where(Topology.PassesFilter).ToDictionary(table => table, table => new Batch(table));
    private readonly List<ArrayBufferWriter<byte>> _partials = [];
    private readonly ArrayBufferWriter<byte> _bytes = new();

    /// <summary>Turns a batch into the messages for its destinations.</summary>
    /// <param name="message">A message of kind <see cref="MessageKind.Batch"/>.</param>
    /// <param name="pin">What is settled for its session.</param>
    /// <exception cref="InvalidDataException">The message is damaged or in the wrong place.</exception>
    public IReadOnlyList<Routed> Filter(Message message, SessionPin pin)
    {
        if (message.Kind != MessageKind.Batch || message.Input.Table is not { } table || !Topology.PassesFilter(table) || message.Number < 1)
            throw new InvalidDataException($"Message {message.Number} of the {message.Input} of kind {message.Kind} does not belong to a filter.");
        var batch = _batches[table];
        BatchBody.Read(message, batch);
        var partials = Partials(batch, pin);
        return [.. Topology.DestinationsOf(table, pin.Shards).Select(destination => new Routed(destination, destination.Kind == DestinationKind.Shard
            ? message with { Kind = MessageKind.Partials, Body = partials[destination.Number] }
            : message with { Kind = MessageKind.Rows, Body = Rows(batch, destination, pin) }))];
    }

    private ReadOnlyMemory<byte>[] Partials(Batch batch, SessionPin pin)
    {
        while (_partials.Count < pin.Shards) _partials.Add(new ArrayBufferWriter<byte>());
        var partials = _partials.GetRange(0, pin.Shards);
        var bodies = partials.Select(_ => new ArrayBufferWriter<byte>()).ToArray();
        foreach (var query in QueryRegistry.All.OfType<AggregateQuery>().Where(query => query.Accumulates(batch.Table)))
        {
            query.WritePartials(batch, pin.Options, partials);
            foreach (var (partial, body) in partials.Zip(bodies).Where(one => one.First.WrittenCount > 0))
            {
                MessageBodies.WritePartial(new StateWriter(body), query, partial.WrittenSpan);
                partial.ResetWrittenCount();
            }
        }

        return [.. bodies.Select(body => body.WrittenMemory)];
    }

    private byte[] Rows(Batch batch, Destination destination, SessionPin pin)
    {
        var query = (RowQuery)QueryRegistry.All.Single(query => query.Id == destination.Number);
        _bytes.ResetWrittenCount();
        var rows = new ResultWriter(_bytes);
        query.Filter(batch, pin.Options, rows);
        return MessageBodies.OfRows(rows.Rows, _bytes.WrittenSpan);
    }
}
