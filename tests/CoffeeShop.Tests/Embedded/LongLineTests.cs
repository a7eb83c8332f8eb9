using CoffeeShop.Csv;

namespace CoffeeShop.Tests.Embedded;

public sealed class LongLineTests
{
    private const string Header = "user_id,birthdate\n";

    [Fact]
    public void A_line_far_too_long_is_one_rejection_and_the_rows_around_it_are_read()
    {
        using var folder = new TemporaryFolder();
        foreach (var table in (string[])["menu_items", "stores", "transactions", "transaction_items"]) folder.Write($"{table}.csv");
        folder.Write("users.csv", $"{Header}1,2000-01-01\n{new string('x', 5 * Block.RecordBytesMax)}\n2,2000-01-01\n");
        var answer = EmbeddedHarness.Run(folder.Path, threads: 2);
        var rejection = Assert.Single(EmbeddedHarness.Rejected(answer));
        Assert.Equal((3, null), (rejection.Line, rejection.Column));
        Assert.Equal(2, answer.Report.RowsRead.Values.Sum());
    }

    [Fact]
    public void A_line_without_an_end_is_passed_over_in_pieces_so_that_a_run_can_be_stopped()
    {
        const int Blocks = 200;
        using var folder = new TemporaryFolder();
        var path = folder.Write("users.csv", Header);
        using (var sparse = new FileStream(path, FileMode.Open)) sparse.SetLength(Blocks * (long)Block.RecordBytesMax);
        using var reader = new BlockReader(path, Header.Length);
        var block = new Block();
        Assert.True(reader.TryRead(block));
        Assert.True(block.IsUnclosed);
        var pieces = 0;
        for (; reader.TryRead(block); pieces++) Assert.True(block.Records.IsEmpty && !block.IsUnclosed);
        Assert.InRange(pieces, Blocks / 2, int.MaxValue);
    }
}
