namespace CoffeeShop.Bus;

/// <summary>A queue does not exist: nobody has declared it, or it has vanished with all that was in it.</summary>
/// <param name="queue">The queue.</param>
/// <param name="where">The broker and the virtual host.</param>
public sealed class QueueMissingException(QueueName queue, string where)
    : BusException($"The queue {queue} was not found at {where}. Messages that were in it are lost: sessions that were open have to be sent again. Declare the queues again by a start of the cluster.")
{
    /// <summary>The queue.</summary>
    public QueueName Queue => queue;
}
