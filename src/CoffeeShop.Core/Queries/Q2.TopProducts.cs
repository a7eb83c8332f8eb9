using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using CoffeeShop.Results;
using CoffeeShop.Tables;

namespace CoffeeShop.Queries;

/// <summary>
/// q2: per month of the years, the item that sold most and the item that earned most. Equal items: the lower id. There is
/// no hour filter.
/// </summary>
public sealed class TopProducts : AggregateQuery
{
    private static readonly ResultShape BestSelling =
        new("q2_best_selling", new("year_month_created_at", IsKey: true), new("item_name"), new("sellings_qty", IsNumber: true));

    private static readonly ResultShape MostProfit =
        new("q2_most_profit", new("year_month_created_at", IsKey: true), new("item_name"), new("profit_sum", IsNumber: true));

    /// <inheritdoc/>
    public override byte Id => 2;

    /// <inheritdoc/>
    public override ImmutableArray<Column> Reads =>
    [
        TransactionItems.ItemId, TransactionItems.Quantity, TransactionItems.Subtotal, TransactionItems.CreatedAt,
        MenuItems.ItemId, MenuItems.ItemName,
    ];

    /// <inheritdoc/>
    public override ImmutableArray<ResultShape> Shapes => [BestSelling, MostProfit];

    /// <inheritdoc/>
    public override Aggregate NewAggregate(QueryOptions options) => new Sales(options);

    /// <summary>The totals of each item in each month.</summary>
    private sealed class Sales(QueryOptions options) : Aggregate
    {
        private readonly KeyTable<Totals> _totals = new(Totals.Merge);

        [MethodImpl(Hot.Path)]
        public override void Accumulate(Batch batch)
        {
            if (batch.Table != TransactionItems.Table) return;
            var items = batch.Values(TransactionItems.ItemId);
            var quantities = batch.Values(TransactionItems.Quantity);
            var subtotals = batch.Values(TransactionItems.Subtotal);
            var times = batch.Values(TransactionItems.CreatedAt);
            for (var i = 0; i < items.Length; i++)
            {
                if (!options.InYears(times[i])) continue;
                ref var totals = ref _totals[Key.Of(Month.Of(times[i]), items[i])];
                totals.Quantity.Add(quantities[i]);
                totals.Subtotal.Add(subtotals[i].Units);
            }
        }

        public override void Merge(Aggregate other) => _totals.Merge(((Sales)other)._totals);

        public override Aggregate[] Partition(int shards)
        {
            var parts = Enumerable.Range(0, shards).Select(_ => new Sales(options)).ToArray();
            _totals.PartitionInto([.. parts.Select(part => part._totals)]);
            return parts;
        }

        public override void Write(StateWriter writer) => _totals.Write(writer);

        public override void Read(ref StateReader reader) => _totals.Read(ref reader);

        public override void Check(ref StateReader reader) => KeyTable.Check<Totals>(ref reader);

        public override void Finish(Dimensions dimensions, ResultWriter rows, ResultSummary summary)
        {
            WriteTop(BestSelling, totals => totals.Quantity.Value, rows.Count);
            WriteTop(MostProfit, totals => totals.Subtotal.Value, rows.Amount);

            void WriteTop(ResultShape shape, Func<Totals, Int128> measure, Action<Int128> writeMeasure)
            {
                // By item, so that the first of equal items is the one with the lower id.
                var keys = _totals.SortedKeys();
                for (var i = 0; i < keys.Length;)
                {
                    var (month, top) = (Key.High(keys[i]), keys[i]);
                    for (; i < keys.Length && Key.High(keys[i]) == month; i++)
                        if (measure(_totals[keys[i]]) > measure(_totals[top])) top = keys[i];
                    rows.Begin(shape);
                    rows.Text(Month.Format(month));
                    rows.Text(dimensions.ItemName(Key.Low(top), summary));
                    writeMeasure(measure(_totals[top]));
                    rows.End();
                }
            }
        }
    }

    private struct Totals : IStateValue<Totals>
    {
        public WideSum Quantity;
        public WideSum Subtotal;

        public static void Merge(long item, ref Totals into, Totals more)
        {
            into.Quantity.Add(more.Quantity);
            into.Subtotal.Add(more.Subtotal);
        }

        public static void Write(StateWriter writer, Totals value)
        {
            writer.Number(value.Quantity.Value);
            writer.Number(value.Subtotal.Value);
        }

        public static Totals Read(ref StateReader reader) =>
            new() { Quantity = WideSum.Of(reader.Number()), Subtotal = WideSum.Of(reader.Number()) };
    }

    /// <summary>A calendar month as a number: months in a row have numbers in a row.</summary>
    private static class Month
    {
        public static int Of(LocalDateTime time) => (time.Year * 12) + time.Month - 1;

        public static string Format(int month) => $"{month / 12:0000}-{(month % 12) + 1:00}";
    }
}
