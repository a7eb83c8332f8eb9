using System.Security.Cryptography;
using System.Text;
using CoffeeShop.Csv;
using CoffeeShop.Generation;
using CoffeeShop.Output;

namespace CoffeeShop.Tests.Generation;

public sealed class GeneratorTests
{
    private static readonly GeneratorOptions Small = new()
    {
        OutputFolder = "unset",
        FirstMonth = new Month(2024, 4),
        LastMonth = new Month(2024, 7),
        TransactionsPerMonth = 620,
        EdgeCases = true,
    };

    [Fact]
    public void The_same_options_give_the_same_bytes_with_any_number_of_threads()
    {
        using var one = new TemporaryFolder();
        using var two = new TemporaryFolder();
        var first = Generate(Small with { OutputFolder = one.Path }, threads: 1);
        var second = Generate(Small with { OutputFolder = two.Path }, threads: 5);
        Assert.Equal(first, second);
        Assert.Equal(first.Files, one.Files.Count());
        Assert.Equal(one.Files, two.Files);
        Assert.All(one.Files, name => Assert.Equal(one.Read(name), two.Read(name)));
    }

    [Fact]
    public void A_shorter_dataset_has_the_same_months_and_another_seed_has_others()
    {
        using var whole = new TemporaryFolder();
        using var shorter = new TemporaryFolder();
        using var other = new TemporaryFolder();
        var options = Small with { EdgeCases = false };
        Generate(options with { OutputFolder = whole.Path });
        Generate(options with { OutputFolder = shorter.Path, FirstMonth = new Month(2024, 5), LastMonth = new Month(2024, 6) });
        Generate(options with { OutputFolder = other.Path, Seed = 2 });
        Assert.All(shorter.Files.Where(name => name.Any(char.IsAsciiDigit)), name => Assert.Equal(whole.Read(name), shorter.Read(name)));
        const string month = "transactions/transactions_202405.csv";
        Assert.NotEqual(whole.Read(month), other.Read(month));
    }

    [Fact]
    public void The_bytes_of_a_seed_never_change()
    {
        // A change here changes every dataset that others have generated: say so in the release notes.
        using var folder = new TemporaryFolder();
        Generate(new GeneratorOptions { OutputFolder = folder.Path, FirstMonth = new Month(2024, 5), LastMonth = new Month(2024, 5), TransactionsPerMonth = 3100 });
        Assert.Equal(
            [
                "042a8370-4af6-493c-9622-df8e8a67f3f6,3,3,7.0,,33.0,16.5,16.5,2024-05-14 17:46:38",
                "a70e89db-48d4-4702-aae4-f0b620167f2b,2,4,,,8.0,0.0,8.0,2024-05-15 07:57:42",
            ],
            Encoding.UTF8.GetString(folder.Read("transactions/transactions_202405.csv")).Split('\n').Skip(1400).Take(2));
        Assert.Equal("df1ea7704bc079297db85bbdf041708ecbbe380940bf165907d212fc8224fb78", Convert.ToHexStringLower(SHA256.HashData([.. folder.Files.SelectMany(folder.Read)])));
    }

    [Fact]
    public void Files_are_named_as_published_and_users_begin_before_the_transactions()
    {
        using var folder = new TemporaryFolder();
        var options = new GeneratorOptions { OutputFolder = folder.Path, FirstMonth = new Month(2023, 9), LastMonth = new Month(2023, 10), TransactionsPerMonth = 31 };
        var report = Generate(options);
        Assert.Equal(
            [
                "menu_items/menu_items.csv", "payment_methods/payment_methods.csv", "stores/stores.csv",
                "transaction_items/transaction_items_202309.csv", "transaction_items/transaction_items_202310.csv",
                "transactions/transactions_202309.csv", "transactions/transactions_202310.csv",
                "users/users_202307.csv", "users/users_202308.csv", "users/users_202309.csv", "users/users_202310.csv",
                "vouchers/vouchers.csv",
            ],
            folder.Files);
        Assert.Equal(30 + 31, report.Transactions);
        Assert.Empty(DataFolder.Open(folder.Path).Missing);
    }

    [Theory]
    [InlineData("users/users_202307.csv")]
    [InlineData("stores.csv")]
    [InlineData("vouchers_old.csv")]
    [InlineData("expected-rejections.ndjson")]
    public void A_folder_with_a_dataset_is_refused_and_left_alone(string name)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, "kept");
        var refused = Assert.Throws<OutputException>(() => Generate(Small with { OutputFolder = folder.Path }));
        Assert.Contains(name, refused.Message, StringComparison.Ordinal);
        Assert.Equal([name], folder.Files);
    }

    [Fact]
    public void A_folder_that_another_process_writes_to_is_refused_and_left_alone()
    {
        using var folder = new TemporaryFolder();
        using (new FolderLock(folder.Path))
        {
            var refused = Assert.Throws<OutputException>(() => Generate(Small with { OutputFolder = folder.Path }));
            Assert.Contains("is being written by another process", refused.Message, StringComparison.Ordinal);
        }

        Assert.Empty(folder.Files);
        Generate(Small with { OutputFolder = folder.Path });
    }

    [Fact]
    public void Stopping_leaves_nothing_behind()
    {
        using var folder = new TemporaryFolder();
        using var cancellation = new CancellationTokenSource();
        cancellation.Cancel();
        var made = Path.Combine(folder.Path, "made", "for", "it");
        Assert.ThrowsAny<OperationCanceledException>(() => new Generator(Small with { OutputFolder = made }).Run(cancellation.Token));
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Fact]
    public void A_folder_that_got_no_file_is_removed_again()
    {
        using var folder = new TemporaryFolder();
        using (new OutputFolder(folder["made/for/it"], _ => { })) Assert.True(Directory.Exists(folder["made/for/it"]));
        Assert.Empty(folder.Names);
    }

    [Fact]
    public void A_file_that_cannot_be_written_leaves_no_others()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(Path.Combine(folder.Path, "users", "users_202403.csv.partial"));
        Assert.Throws<UnauthorizedAccessException>(() => Generate(Small with { OutputFolder = folder.Path }));
        Assert.Empty(folder.Files);
    }

    [Fact]
    public void The_fraction_done_ends_at_one()
    {
        using var folder = new TemporaryFolder();
        var generator = new Generator(Small with { OutputFolder = folder.Path });
        Assert.Equal(0, generator.FractionDone);
        var report = generator.Run(TestContext.Current.CancellationToken);
        Assert.Equal(1, generator.FractionDone);
        Assert.Equal(folder.Files.Sum(name => (long)folder.Read(name).Length), report.Bytes);
        Assert.Equal(report.Bytes, generator.BytesWritten);
    }

    [Theory]
    [InlineData(2023, 6, 2023, 8, 1, 1)]
    [InlineData(2024, 2, 2024, 1, 1, 1)]
    [InlineData(2024, 1, 2050, 1, 1, 1)]
    [InlineData(2024, 1, 2024, 1, 0, 1)]
    [InlineData(2024, 1, 2024, 1, 1, -1)]
    [InlineData(2049, 12, 2049, 12, 1, 100_000_000)]
    public void Options_out_of_bounds_are_refused(int firstYear, int firstMonth, int lastYear, int lastMonth, int transactions, int users)
    {
        var options = Small with
        {
            FirstMonth = new Month(firstYear, firstMonth),
            LastMonth = new Month(lastYear, lastMonth),
            TransactionsPerMonth = transactions,
            Users = users,
        };
        Assert.Single(options.Problems());
        Assert.Throws<ArgumentException>(() => new Generator(options));
    }

    [Theory]
    [InlineData("2024-01", true)]
    [InlineData("2024-13", false)]
    [InlineData("2024-1", false)]
    [InlineData("", false)]
    public void A_month_is_read_as_it_is_written(string text, bool fits)
    {
        Assert.Equal(fits, Month.TryParse(text, out var month));
        if (fits) Assert.Equal(text, month.ToString());
    }

    private static GeneratorReport Generate(GeneratorOptions options, int threads = 2) =>
        new Generator(options, threads).Run(TestContext.Current.CancellationToken);
}
