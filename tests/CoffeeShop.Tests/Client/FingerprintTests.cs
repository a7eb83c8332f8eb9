using CoffeeShop.Client;
using CoffeeShop.Csv;
using CoffeeShop.Tests.Cli;

namespace CoffeeShop.Tests.Client;

public sealed class FingerprintTests : IDisposable
{
    private readonly Shop _shop = new();

    public void Dispose() => _shop.Dispose();

    [Fact]
    public void The_same_files_have_the_same_fingerprint()
    {
        Assert.Equal(Take().ToBytes(), Take().ToBytes());
        Assert.Null(Take().ChangeTo(Take()));
        Assert.Equal(Fingerprint.Bytes, Take().ToBytes().Length);
    }

    [Fact]
    public void Another_number_of_rows_in_a_batch_changes_it() => Changes(() => { }, "batches of 6 rows instead of 5", rows: 6);

    [Fact]
    public void A_file_that_grew_changes_it() => Changes(_shop.Spoil, "transactions.csv has changed");

    [Fact]
    public void Another_byte_changes_it_even_when_length_and_time_are_kept() => Changes(
        () =>
        {
            var path = Path.Combine(_shop.Data, "stores.csv");
            var time = File.GetLastWriteTimeUtc(path);
            File.WriteAllText(path, File.ReadAllText(path).Replace("G Coffee", "H Coffee", StringComparison.Ordinal));
            File.SetLastWriteTimeUtc(path, time);
        },
        "stores.csv has changed");

    [Fact]
    public void A_file_that_was_touched_changes_it() =>
        Changes(() => File.SetLastWriteTimeUtc(Path.Combine(_shop.Data, "users.csv"), new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc)), "users.csv has changed");

    [Fact]
    public void A_new_file_changes_it() => Changes(() => _shop.Write("users_2.csv", "user_id,birthdate\n"), "users_2.csv is new");

    [Fact]
    public void A_file_that_is_gone_changes_it() => Changes(() => File.Delete(Path.Combine(_shop.Data, "users.csv")), "users.csv is gone");

    private void Changes(Action change, string message, int rows = 5)
    {
        var before = Take();
        change();
        var after = Take(rows);
        Assert.Equal(message, before.ChangeTo(after)?.Replace(" (batch.maxAmount)", "", StringComparison.Ordinal));
        Assert.NotEqual(before.ToBytes(), after.ToBytes());
    }

    private Fingerprint Take(int rows = 5) => Fingerprint.Of(Dataset.Open(new DatasetOptions(_shop.Data, AllowMissing: true)), rows);
}
