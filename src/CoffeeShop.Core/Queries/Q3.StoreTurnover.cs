using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using CoffeeShop.Results;
using CoffeeShop.Tables;

namespace CoffeeShop.Queries;

/// <summary>q3: the total payment value (TPV) per half-year and store of the transactions in the years, within the hours.</summary>
public sealed class StoreTurnover : AggregateQuery
{
    private static readonly ResultShape Shape =
        new("q3", new("year_half_created_at", IsKey: true), new("store_name", IsKey: true), new("tpv", IsNumber: true));

    /// <inheritdoc/>
    public override byte Id => 3;

    /// <inheritdoc/>
    public override ImmutableArray<Column> Reads =>
    [
        Transactions.StoreId, Transactions.FinalAmount, Transactions.CreatedAt,
        Stores.StoreId, Stores.StoreName,
    ];

    /// <inheritdoc/>
    public override ImmutableArray<ResultShape> Shapes => [Shape];

    /// <inheritdoc/>
    public override Aggregate NewAggregate(QueryOptions options) => new Turnover(options);

    /// <summary>The total of each store in each half-year.</summary>
    private sealed class Turnover(QueryOptions options) : Aggregate
    {
        private readonly KeyTable<Total> _totals = new(Total.Merge);

        [MethodImpl(Hot.Path)]
        public override void Accumulate(Batch batch)
        {
            if (batch.Table != Transactions.Table) return;
            var stores = batch.Values(Transactions.StoreId);
            var amounts = batch.Values(Transactions.FinalAmount);
            var times = batch.Values(Transactions.CreatedAt);
            for (var i = 0; i < stores.Length; i++)
            {
                if (!options.InYears(times[i]) || !options.InHours(times[i])) continue;
                _totals[Key.Of(Half.Of(times[i]), stores[i])].Units.Add(amounts[i].Units);
            }
        }

        public override void Merge(Aggregate other) => _totals.Merge(((Turnover)other)._totals);

        public override Aggregate[] Partition(int shards)
        {
            var parts = Enumerable.Range(0, shards).Select(_ => new Turnover(options)).ToArray();
            _totals.PartitionInto([.. parts.Select(part => part._totals)]);
            return parts;
        }

        public override void Write(StateWriter writer) => _totals.Write(writer);

        public override void Read(ref StateReader reader) => _totals.Read(ref reader);

        public override void Check(ref StateReader reader) => KeyTable.Check<Total>(ref reader);

        public override void Finish(Dimensions dimensions, ResultWriter rows, ResultSummary summary)
        {
            foreach (var key in _totals.SortedKeys())
            {
                rows.Begin(Shape);
                rows.Text(Half.Format(Key.High(key)));
                rows.Text(dimensions.StoreName(Key.Low(key), summary));
                rows.Amount(_totals[key].Units.Value);
                rows.End();
            }
        }
    }

    private struct Total : IStateValue<Total>
    {
        public WideSum Units;

        public static void Merge(long store, ref Total into, Total more) => into.Units.Add(more.Units);

        public static void Write(StateWriter writer, Total value) => writer.Number(value.Units.Value);

        public static Total Read(ref StateReader reader) => new() { Units = WideSum.Of(reader.Number()) };
    }

    /// <summary>A half-year as a number: January to June is the first half.</summary>
    private static class Half
    {
        public static int Of(LocalDateTime time) => (time.Year * 2) + (time.Month <= 6 ? 0 : 1);

        public static string Format(int half) => $"{half / 2:0000}-H{(half % 2) + 1}";
    }
}
