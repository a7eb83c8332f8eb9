namespace CoffeeShop.Bus.RabbitMq;

/// <summary>
/// Messages to one queue that travel as one message of the broker, are taken or refused as one, and come as one: most of what
/// a broker does is done per message, whatever its size.
/// </summary>
/// <param name="queue">Where to.</param>
/// <param name="publications">The messages, at least one.</param>
/// <param name="id">What a returned bundle is recognised by.</param>
internal sealed class Bundle(QueueName queue, IReadOnlyList<Publication> publications, string id)
{
    public QueueName Queue => queue;

    public IReadOnlyList<Publication> Publications => publications;

    public string Id => id;

    public int Bytes { get; } = publications.Sum(publication => publication.Bytes);

    /// <summary>Whether the broker has found no queue for it. It confirms the bundle nevertheless, afterwards.</summary>
    public bool IsReturned { get; set; }
}
