using CoffeeShop.Protocol;
using CoffeeShop.Tables;

namespace CoffeeShop.Delivery;

/// <summary>The rows that a message of kind <see cref="MessageKind.Batch"/> carries.</summary>
internal static class BatchBody
{
    /// <summary>Reads them.</summary>
    /// <param name="message">The message.</param>
    /// <param name="batch">Gets the rows; of the table of the message.</param>
    /// <exception cref="InvalidDataException">The message is damaged.</exception>
    public static void Read(Message message, Batch batch)
    {
        try
        {
            ColumnarCodec.Read(message.Body.Span, batch);
        }
        catch (ProtocolException e)
        {
            throw new InvalidDataException($"Message {message.Number} of the {message.Input}: {e.Message}", e);
        }
    }
}
