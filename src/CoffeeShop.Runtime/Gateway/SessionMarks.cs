using CoffeeShop.Delivery;
using CoffeeShop.Tables;

namespace CoffeeShop.Gateway;

/// <summary>
/// The resume marks of a session on one connection. They rise with the acknowledgements, and are written to the registry now
/// and then: a mark may lag, since the ledgers know what comes again.
/// </summary>
internal sealed class SessionMarks(IReadOnlyDictionary<Table, long> resumedAt)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Table, ResumeMark> _marks = TableRegistry.All.ToDictionary(table => table, table => new ResumeMark(resumedAt.GetValueOrDefault(table)));
    private bool _risen;

    /// <summary>A batch can no longer be lost.</summary>
    public void Confirm(Table table, long number)
    {
        lock (_lock) _risen |= _marks[table].Confirm(number);
    }

    /// <summary>The marks as they are.</summary>
    public IReadOnlyDictionary<Table, long> Now
    {
        get
        {
            lock (_lock) return _marks.ToDictionary(mark => mark.Key, mark => mark.Value.Number);
        }
    }

    /// <summary>The marks, when one has risen since the last time.</summary>
    /// <returns>Null when none has.</returns>
    public IReadOnlyDictionary<Table, long>? TakeRisen()
    {
        lock (_lock)
        {
            if (!_risen) return null;
            _risen = false;
            return Now;
        }
    }
}
