using CoffeeShop.Generation;
using CoffeeShop.Tables;

namespace CoffeeShop.Tests.Generation;

/// <summary>A twentieth of the published dataset, with the totals that others have published for the whole.</summary>
public sealed class PublishedLawsTests(PublishedLawsTests.Dataset dataset) : IClassFixture<PublishedLawsTests.Dataset>
{
    private const int Scale = 20;

    [Theory]
    [InlineData(2024, 1, 6, 120_759_770)]
    [InlineData(2024, 7, 12, 121_458_355)]
    [InlineData(2025, 1, 6, 120_093_838)]
    // One month each.
    [InlineData(2024, 1, 1, 20_624_421)]
    [InlineData(2025, 1, 1, 20_647_053)]
    public void The_turnover_is_within_one_percent_of_the_published(int year, int first, int last, double published)
    {
        var turnover = new Month(year, first).To(new Month(year, last)).Sum(month => dataset.Months[month].Turnover) * Scale / Money.UnitsPerOne;
        Assert.InRange((double)turnover / published, 0.99, 1.01);
    }

    [Fact]
    public void The_stores_share_the_turnover_alike()
    {
        var average = (double)dataset.StoreTurnover.Sum() / Chain.Stores;
        Assert.Equal(Chain.Stores, dataset.StoreTurnover.Count(turnover => turnover > 0));
        Assert.All(dataset.StoreTurnover.Where(turnover => turnover > 0), turnover => Assert.InRange(turnover / average, 0.97, 1.03));
    }

    [Fact]
    public void High_value_transactions_are_about_6100_a_month()
    {
        var average = dataset.Months.Values.Average(month => month.HighValue) * Scale;
        Assert.InRange(average / 6100, 0.9, 1.1);
    }

    [Fact]
    public void The_lines_add_up_to_the_receipts_without_their_discounts()
    {
        var discounts = dataset.Lines - dataset.Months.Values.Sum(month => month.Turnover);
        Assert.InRange((double)discounts / dataset.Lines, 0.003, 0.005);
        Assert.InRange((double)dataset.Report.TransactionItems / dataset.Report.Transactions, 1.98, 2.02);
        var january = dataset.Months[new Month(2024, 1)];
        Assert.Equal(january.Lines, january.Turnover);
    }

    [Fact]
    public void New_users_are_as_many_as_published()
    {
        int[] published = [580, 938, 1601, 2655, 4340, 7109, 11576, 17099, 28320, 40834, 60458, 79595];
        Assert.All(published.Select((count, i) => (count, month: Month.At(UserGrowth.Opening.Index + i))), expected =>
            Assert.InRange(dataset.NewUsers[expected.month] - ((double)expected.count / Scale), -1, 1));
        Assert.Equal(UserGrowth.PublishedTotal / Scale, dataset.NewUsers.Values.Sum());
    }

    [Theory]
    [InlineData(2024, 1, 0.06)]
    [InlineData(2025, 1, 0.97)]
    public void The_member_share_is_as_published(int year, int number, double share)
    {
        var month = dataset.Months[new Month(year, number)];
        Assert.InRange((double)month.Members / month.Count, share - 0.01, share + 0.01);
    }

    [Fact]
    public void Members_are_registered_and_three_of_ten_are_new()
    {
        foreach (var (month, rows) in dataset.Months)
        {
            Assert.InRange(rows.HighestUser, 1, dataset.Growth.RegisteredBy(month));
            Assert.InRange((double)rows.NewMembers / rows.Members, 0.25, 0.35);
        }
    }

    internal sealed class Rollup
    {
        public int Count, HighValue, Members, NewMembers, HighestUser;
        public long Turnover, Lines;
    }

    public sealed class Dataset
    {
        internal Dictionary<Month, Rollup> Months { get; } = new Month(2024, 1).To(new Month(2025, 6)).ToDictionary(month => month, _ => new Rollup());

        internal Dictionary<Month, int> NewUsers { get; }

        internal long[] StoreTurnover { get; } = new long[Chain.Stores + 1];

        internal long Lines { get; private set; }

        internal GeneratorReport Report { get; }

        internal UserGrowth Growth { get; }

        public Dataset()
        {
            using var folder = new TemporaryFolder();
            var options = new GeneratorOptions { OutputFolder = folder.Path, TransactionsPerMonth = GeneratorOptions.PublishedTransactionsPerMonth / Scale };
            Report = new Generator(options).Run(TestContext.Current.CancellationToken);
            Growth = new UserGrowth(options.UsersSettled);
            NewUsers = UserGrowth.Opening.To(options.LastMonth)
                .ToDictionary(month => month, month => folder.Read($"users/users_{month.Suffix}.csv").AsSpan().Count((byte)'\n') - 1);
            Rows.Read(folder.Path, Transactions.Table, AddTransactions, rejection => Assert.Fail(rejection.ToString()));
            Rows.Read(folder.Path, TransactionItems.Table, AddLines, rejection => Assert.Fail(rejection.ToString()));
        }

        private Rollup At(LocalDateTime time) => Months[new Month(time.Year, time.Month)];

        private void AddTransactions(Batch batch)
        {
            var stores = batch.Values(Transactions.StoreId);
            var users = batch.Values(Transactions.UserId);
            var amounts = batch.Values(Transactions.FinalAmount);
            var times = batch.Values(Transactions.CreatedAt);
            if (times.Length == 0) return;
            // A file has one month.
            var rows = At(times[0]);
            var known = Growth.RegisteredBefore(new Month(times[0].Year, times[0].Month));
            for (var i = 0; i < times.Length; i++)
            {
                rows.Count++;
                rows.Turnover += amounts[i].Units;
                StoreTurnover[stores[i]] += amounts[i].Units;
                if (amounts[i].Units >= 75 * Money.UnitsPerOne) rows.HighValue++;
                if (users[i] >= 0) rows.Members++;
                if (users[i] > known) rows.NewMembers++;
                rows.HighestUser = Math.Max(rows.HighestUser, users[i]);
            }
        }

        private void AddLines(Batch batch)
        {
            var subtotals = batch.Values(TransactionItems.Subtotal);
            var times = batch.Values(TransactionItems.CreatedAt);
            for (var i = 0; i < times.Length; i++)
            {
                Lines += subtotals[i].Units;
                At(times[i]).Lines += subtotals[i].Units;
            }
        }
    }
}
