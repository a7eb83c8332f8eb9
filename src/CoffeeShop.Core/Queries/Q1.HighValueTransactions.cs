using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using CoffeeShop.Results;
using CoffeeShop.Tables;

namespace CoffeeShop.Queries;

/// <summary>q1: the transactions of the years, within the hours, of at least the minimum amount; in input order.</summary>
public sealed class HighValueTransactions : RowQuery
{
    private static readonly ResultShape Shape = new("q1", new("transaction_id", IsKey: true), new("final_amount", IsNumber: true));

    /// <inheritdoc/>
    public override byte Id => 1;

    /// <inheritdoc/>
    public override ImmutableArray<Column> Reads =>
        [Transactions.TransactionId, Transactions.FinalAmount, Transactions.CreatedAt];

    /// <inheritdoc/>
    public override ImmutableArray<ResultShape> Shapes => [Shape];

    /// <inheritdoc/>
    [MethodImpl(Hot.Path)]
    public override void Filter(Batch batch, QueryOptions options, ResultWriter rows)
    {
        if (batch.Table != Transactions.Table) return;
        var ids = batch.Texts(Transactions.TransactionId);
        var amounts = batch.Values(Transactions.FinalAmount);
        var times = batch.Values(Transactions.CreatedAt);
        for (var i = 0; i < amounts.Length; i++)
        {
            if (amounts[i].Units < options.MinAmount.Units) continue;
            if (!options.InYears(times[i]) || !options.InHours(times[i])) continue;
            rows.Begin(Shape);
            rows.Text(ids[i]);
            rows.Amount(amounts[i].Units);
            rows.End();
        }
    }
}
