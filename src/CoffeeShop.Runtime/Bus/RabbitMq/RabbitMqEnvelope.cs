using System.Buffers;
using System.Buffers.Binary;
using CoffeeShop.Delivery;
using RabbitMQ.Client;

namespace CoffeeShop.Bus.RabbitMq;

/// <summary>
/// A bundle as one message of the broker. Its body is, for each message, the length of its body (4 bytes), the session (16), the
/// content hash (8), whether it may have been delivered before (1), and its body; numbers are big-endian.
/// </summary>
internal static class RabbitMqEnvelope
{
    private const string Type = "coffee.bundle";
    private const int HeaderBytes = sizeof(int) + SessionId.Bytes + sizeof(ulong) + 1;

    // Quorum queues count how often a message has come back to them.
    private const string DeliveryCountHeader = "x-delivery-count";

    public static BasicProperties PropertiesOf(Bundle bundle) => new() { DeliveryMode = DeliveryModes.Persistent, MessageId = bundle.Id, Type = Type };

    /// <summary>Writes the body of a bundle.</summary>
    public static void Write(Bundle bundle, IBufferWriter<byte> writer)
    {
        foreach (var publication in bundle.Publications)
        {
            var message = publication.Message;
            var header = writer.GetSpan(HeaderBytes);
            BinaryPrimitives.WriteInt32BigEndian(header, message.Body.Length);
            message.Session.Write(header[sizeof(int)..]);
            BinaryPrimitives.WriteUInt64BigEndian(header[(sizeof(int) + SessionId.Bytes)..], message.Hash);
            header[HeaderBytes - 1] = message.IsRepeated ? (byte)1 : (byte)0;
            writer.Advance(HeaderBytes);
            writer.Write(message.Body.Span);
        }
    }

    /// <summary>The messages of a bundle, or none when it is not one of ours.</summary>
    /// <param name="properties">What came beside the body.</param>
    /// <param name="body">The body, which is copied: the client library uses its memory again.</param>
    public static IReadOnlyList<BusMessage> Read(IReadOnlyBasicProperties properties, ReadOnlyMemory<byte> body)
    {
        if (properties.Type != Type) return [];
        var (messages, rest) = (new List<BusMessage>(), new ReadOnlyMemory<byte>(body.ToArray()));
        while (rest.Length >= HeaderBytes)
        {
            var header = rest.Span;
            var bytes = BinaryPrimitives.ReadInt32BigEndian(header);
            if (bytes < 0 || bytes > rest.Length - HeaderBytes) return [];
            messages.Add(new BusMessage(SessionId.Read(header[sizeof(int)..]), BinaryPrimitives.ReadUInt64BigEndian(header[(sizeof(int) + SessionId.Bytes)..]), rest.Slice(HeaderBytes, bytes))
            {
                IsRepeated = header[HeaderBytes - 1] != 0,
            });
            rest = rest[(HeaderBytes + bytes)..];
        }

        return rest.IsEmpty ? messages : [];
    }

    /// <summary>Whether the broker may have delivered it before.</summary>
    public static bool IsRedelivered(IReadOnlyBasicProperties properties, bool redelivered) =>
        redelivered || (properties.Headers is { } headers && headers.TryGetValue(DeliveryCountHeader, out var count) && count is not (null or 0L or 0));
}
