namespace CoffeeShop.Delivery;

/// <summary>
/// Puts the answers to a client back into the order of its messages: they carry no number, so the order says which message
/// each is for.
/// </summary>
/// <typeparam name="TAnswer">An answer.</typeparam>
public sealed class OrderedAnswers<TAnswer>
{
    private readonly Queue<Place> _places = new();

    /// <summary>How many messages have not been answered yet.</summary>
    public int Count => _places.Count;

    /// <summary>A message has arrived.</summary>
    /// <returns>The place of its answer.</returns>
    public Place Arrive()
    {
        var place = new Place();
        _places.Enqueue(place);
        return place;
    }

    /// <summary>An answer is known.</summary>
    /// <param name="place">Its place.</param>
    /// <param name="answer">The answer.</param>
    /// <returns>The answers that may be sent now, in order.</returns>
    public IReadOnlyList<TAnswer> Answer(Place place, TAnswer answer)
    {
        place.Give(answer);
        var ready = new List<TAnswer>();
        while (_places.TryPeek(out var first) && first.IsGiven) ready.Add(_places.Dequeue().Value);
        return ready;
    }

    /// <summary>The place of an answer among the others.</summary>
    public sealed class Place
    {
        internal bool IsGiven { get; private set; }

        internal TAnswer Value { get; private set; } = default!;

        internal void Give(TAnswer answer)
        {
            if (IsGiven) throw new InvalidOperationException("A message is answered once.");
            (IsGiven, Value) = (true, answer);
        }
    }
}
