using System.Collections.Immutable;

namespace CoffeeShop.Generation;

/// <summary>Writes the receipts of one month and their lines; the lines of a receipt add up to it.</summary>
internal sealed class TransactionMonth
{
    private const int ItemsMax = 3;
    private const int QuantityMax = 3;

    private readonly Month _month;
    private readonly int _perMonth;
    private readonly ImmutableArray<Voucher> _vouchers;
    private readonly StableRandom _random;
    private readonly DayClock _clock = new();
    private readonly byte[] _uuid = new byte[36];
    private readonly int _membersPerMillion;
    private readonly int _known;
    private readonly int _new;

    public TransactionMonth(GeneratorOptions options, UserGrowth growth, ImmutableArray<Voucher> vouchers, Month month)
    {
        _month = month;
        _perMonth = options.TransactionsPerMonth;
        _vouchers = vouchers;
        _random = new StableRandom(options.Seed, Streams.Transactions(month));
        _membersPerMillion = UserGrowth.MembersPerMillion(month);
        _known = growth.RegisteredBefore(month);
        _new = growth.RegisteredBy(month) - _known;
    }

    /// <summary>How many receipts a month has.</summary>
    public static int CountOf(Month month, int perMonth) => (int)((long)perMonth * month.Days / 31);

    /// <summary>Writes both files.</summary>
    /// <param name="receipts">The empty file of receipts.</param>
    /// <param name="lines">The empty file of their lines.</param>
    /// <param name="onRows">Is told how many receipts and lines a day brought.</param>
    /// <param name="cancellation">Asked once a day.</param>
    public void Write(CsvOutput receipts, CsvOutput lines, Action<int, int> onRows, CancellationToken cancellation)
    {
        receipts.Text("transaction_id,store_id,payment_method_id,voucher_id,user_id,original_amount,discount_applied,final_amount,created_at\n"u8);
        lines.Text("transaction_id,item_id,quantity,unit_price,subtotal,created_at\n"u8);
        for (var day = 1; day <= _month.Days; day++)
        {
            cancellation.ThrowIfCancellationRequested();
            var date = new DateOnly(_month.Year, _month.Number, day);
            var voucher = _vouchers.FirstOrDefault(voucher => voucher.IsValidOn(date));
            // Whole receipts a day, in such a way that the month's number comes out.
            var count = (int)(((long)_perMonth * day / 31) - ((long)_perMonth * (day - 1) / 31));
            _clock.Draw(date, count, _random);
            var lineCount = 0;
            for (var now = _clock.MoveNext(); now > 0; now = _clock.MoveNext())
                while (now-- > 0)
                    lineCount += WriteReceipt(receipts, lines, voucher);
            onRows(count, lineCount);
        }

        receipts.Flush();
        lines.Flush();
    }

    private int WriteReceipt(CsvOutput receipts, CsvOutput lines, Voucher? voucher)
    {
        CsvOutput.FormatUuid(_uuid, _random.Next(), _random.Next());
        var count = 1 + _random.Below(ItemsMax);
        var amount = 0;
        for (var i = 0; i < count; i++) amount += WriteLine(lines);

        receipts.Field(_uuid);
        receipts.Number(1 + _random.Below(Chain.Stores));
        receipts.Comma();
        receipts.Number(1 + _random.Below(Chain.PaymentMethods));
        receipts.Comma();
        var discount = WriteVoucher(receipts, voucher, amount);
        WriteOptionalId(receipts, _random.Below(1_000_000) < _membersPerMillion ? DrawUser() : 0);
        receipts.Amount(amount);
        receipts.Comma();
        receipts.Amount(discount);
        receipts.Comma();
        receipts.Amount(amount - discount);
        receipts.Comma();
        receipts.Text(_clock.Text);
        receipts.EndRow();
        return count;
    }

    private int WriteLine(CsvOutput lines)
    {
        var item = 1 + _random.Below(Chain.Items);
        var quantity = 1 + _random.Below(QuantityMax);
        var subtotal = quantity * Chain.Prices[item];
        lines.Field(_uuid);
        lines.Number(item);
        lines.Comma();
        lines.Number(quantity);
        lines.Comma();
        lines.Amount(Chain.Prices[item]);
        lines.Comma();
        lines.Amount(subtotal);
        lines.Comma();
        lines.Text(_clock.Text);
        lines.EndRow();
        return subtotal;
    }

    private int WriteVoucher(CsvOutput receipts, Voucher? voucher, int amount)
    {
        var isUsed = voucher is not null && _random.Below(100) < voucher.UsedPercent;
        WriteOptionalId(receipts, isUsed ? voucher!.Id : 0);
        return isUsed ? voucher!.DiscountOf(amount) : 0;
    }

    /// <summary>Ids have a decimal here, as exports of columns with gaps do; 0 is a gap.</summary>
    private static void WriteOptionalId(CsvOutput receipts, int id)
    {
        if (id > 0)
        {
            receipts.Number(id);
            receipts.Text(".0"u8);
        }

        receipts.Comma();
    }

    /// <summary>A member of this month or of the months before, or 0 when a small dataset has none yet.</summary>
    private int DrawUser()
    {
        var isNew = _random.Below(100) < UserGrowth.NewUsersPercent;
        if ((isNew && _new > 0) || _known == 0) return _new == 0 ? 0 : _known + 1 + _random.Below(_new);
        return 1 + _random.Below(_known);
    }
}
