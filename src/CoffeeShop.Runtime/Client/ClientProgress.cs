using System.Collections.Immutable;
using CoffeeShop.Csv;
using CoffeeShop.Tables;

namespace CoffeeShop.Client;

/// <summary>How far a session is. May be read at any time, from any thread.</summary>
public sealed class ClientProgress
{
    private readonly ImmutableArray<long> _total;
    private readonly long[] _acknowledged = new long[TableRegistry.All.Length];

    /// <summary>Nothing has been sent.</summary>
    /// <param name="dataset">What will be.</param>
    /// <param name="clock">Measures the times.</param>
    public ClientProgress(Dataset dataset, TimeProvider clock)
    {
        Times = new AcknowledgementTimes(clock);
        _total = [.. TableRegistry.All.Select(table => dataset.Files.Where(file => file.File.Table == table).Sum(file => file.File.Length))];
    }

    /// <summary>How long batches took to be acknowledged.</summary>
    public AcknowledgementTimes Times { get; }

    /// <summary>How many bytes of a table's files the server has.</summary>
    /// <param name="table">The table.</param>
    public long Acknowledged(Table table) => Volatile.Read(ref _acknowledged[TableRegistry.All.IndexOf(table)]);

    /// <summary>The size of a table's files.</summary>
    /// <param name="table">The table.</param>
    public long Total(Table table) => _total[TableRegistry.All.IndexOf(table)];

    internal void Acknowledge(Table table, long inputBytes, bool isEnd) =>
        // After a lost connection there may be less than before, as far as the client knows; it is not shown.
        Volatile.Write(ref _acknowledged[TableRegistry.All.IndexOf(table)], Math.Max(Acknowledged(table), isEnd ? Total(table) : inputBytes));
}
