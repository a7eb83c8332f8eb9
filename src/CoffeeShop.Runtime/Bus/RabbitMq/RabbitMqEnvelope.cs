using CoffeeShop.Delivery;
using RabbitMQ.Client;

namespace CoffeeShop.Bus.RabbitMq;

/// <summary>What travels beside the body of a message: the session as correlation id, and the content hash in a header.</summary>
internal static class RabbitMqEnvelope
{
    private const string HashHeader = "hash";
    private const string RepeatedHeader = "repeated";

    // Quorum queues count how often a message has come back to them.
    private const string DeliveryCountHeader = "x-delivery-count";

    public static BasicProperties Wrap(Publication publication) => new()
    {
        DeliveryMode = DeliveryModes.Persistent,
        MessageId = publication.Id,
        CorrelationId = publication.Message.Session.ToString(),
        Headers = HeadersOf(publication.Message),
    };

    /// <summary>The message, or null when it is not one of ours.</summary>
    /// <param name="properties">What came beside the body.</param>
    /// <param name="body">The body, which is copied: the client library uses its memory again.</param>
    public static BusMessage? Open(IReadOnlyBasicProperties properties, ReadOnlyMemory<byte> body) =>
        SessionId.TryParse(properties.CorrelationId, out var session) && properties.Headers is { } headers && headers.TryGetValue(HashHeader, out var hash) && hash is long number
            ? new BusMessage(session, unchecked((ulong)number), body.ToArray())
            : null;

    /// <summary>Whether it may have been delivered before.</summary>
    public static bool IsRedelivered(IReadOnlyBasicProperties properties, bool redelivered) =>
        redelivered || (properties.Headers is { } headers && (headers.ContainsKey(RepeatedHeader) || (headers.TryGetValue(DeliveryCountHeader, out var count) && count is not (null or 0L or 0))));

    private static Dictionary<string, object?> HeadersOf(BusMessage message)
    {
        var headers = new Dictionary<string, object?> { [HashHeader] = unchecked((long)message.Hash) };
        if (message.IsRepeated) headers.Add(RepeatedHeader, true);
        return headers;
    }
}
