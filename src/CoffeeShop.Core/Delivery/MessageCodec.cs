using CoffeeShop.Queries;

namespace CoffeeShop.Delivery;

/// <summary>
/// How messages stand in a record of the journal, one after the other to the end of the record. The session and the
/// destination are those of the record.
/// <code>│ input │ kind │ number │ hash │ body length │ body │</code>
/// Everything but the body is a number as <see cref="StateWriter"/> writes it.
/// </summary>
public static class MessageCodec
{
    /// <summary>Writes a message.</summary>
    /// <param name="writer">Gets the bytes.</param>
    /// <param name="message">The message.</param>
    public static void Write(StateWriter writer, Message message)
    {
        writer.Natural(message.Input.Code);
        writer.Natural((ulong)message.Kind);
        writer.Natural((ulong)message.Number);
        writer.Natural(message.Hash);
        writer.Text(message.Body.Span);
    }

    /// <summary>Reads the messages of a record.</summary>
    /// <param name="record">The record.</param>
    /// <exception cref="InvalidDataException">The record is damaged.</exception>
    public static IReadOnlyList<Message> Read(JournalRecord record)
    {
        var messages = new List<Message>();
        var reader = new StateReader(record.Bytes.Span);
        while (!reader.IsAtEnd)
        {
            var input = new Input((byte)reader.Natural(max: byte.MaxValue));
            var kind = (MessageKind)reader.Natural(max: (ulong)MessageKind.End);
            var number = (long)reader.Natural(max: long.MaxValue);
            var hash = reader.Natural();
            messages.Add(new Message(record.Session, input, kind, number, hash, reader.Text().ToArray()));
        }

        return messages;
    }
}
