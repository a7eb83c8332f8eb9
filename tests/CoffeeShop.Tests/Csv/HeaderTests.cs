using System.Text;
using CoffeeShop.Csv;
using CoffeeShop.Tables;
using FsCheck.Fluent;

namespace CoffeeShop.Tests.Csv;

public sealed class HeaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _problems = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Columns_are_found_by_name_in_any_order()
    {
        string[] names = ["transaction_id", "store_id", "user_id", "final_amount", "created_at", "voucher_id", "payment_method_id"];
        Claim.Holds(100, Gen.Shuffle(names), order =>
        {
            var header = Read(Transactions.Table, string.Join(',', order) + "\n")!;
            Assert.Equal(names.Length, header.FieldCount);
            Assert.Equal(names[..5], header.Fields.Select(field => order[field]));
        });
    }

    [Theory]
    [InlineData("item_id,item_name\n")]
    [InlineData("product_id,name\n")]
    [InlineData("product_id,item_name\n")]
    [InlineData("\"item_id\",\"item_name\"\n")]
    [InlineData("item_id,item_name\r\n")]
    [InlineData("item_id,item_name")]
    [InlineData("\u00EF\u00BB\u00BFitem_id,item_name\n")]
    [InlineData("\u00EF\u00BB\u00BF\"item_id\",item_name\r\n")]
    [InlineData("\n\r\n\nitem_id,item_name\n")]
    public void A_header_may_use_aliases_quotes_marks_and_any_line_end(string content)
    {
        var header = Read(MenuItems.Table, content);
        Assert.Empty(_problems);
        Assert.Equal([0, 1], header!.Fields);
        Assert.Empty(RealReading.Read(MenuItems.Table, FilePath).Rows);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\u00EF\u00BB\u00BF")]
    [InlineData("\n\r\n\n")]
    public void A_file_without_a_record_is_a_file_without_rows(string content)
    {
        Assert.Null(Read(Users.Table, content));
        Assert.Empty(_problems);
    }

    [Fact]
    public void Blank_lines_of_more_than_a_block_hide_no_header()
    {
        var content = new string('\n', Block.BytesTarget + 1) + "user_id,birthdate\n1,2000-01-01\n";
        Assert.NotNull(Read(Users.Table, content));
        Assert.Equal(["1|2000-01-01"], RealReading.Read(Users.Table, FilePath).Rows);
    }

    [Theory]
    [InlineData("item_id,item_name,item_id\n", "item_id", "item_id at 1, item_id at 3")]
    [InlineData("item_id,item_name,product_id\n", "item_id", "item_id at 1, product_id at 3")]
    [InlineData("item_id,name,item_name\n", "item_name", "name at 2, item_name at 3")]
    public void A_column_found_twice_is_an_error_that_says_where(string content, string column, string where)
    {
        Assert.Null(Read(MenuItems.Table, content));
        Assert.Equal([$"menu_items.csv line 1: found 2 columns for {column} ({where}), expected one."], _problems);
    }

    [Fact]
    public void Columns_that_no_query_reads_may_repeat() => Assert.NotNull(Read(Stores.Table, "x,store_id,x,store_name,\n"));

    [Theory]
    [InlineData("user_id,birth_date\n", "birthdate")]
    [InlineData("user_id, birthdate\n", "birthdate")]
    [InlineData("user_id,Birthdate\n", "birthdate")]
    [InlineData("user_id;birthdate\n", "user_id, birthdate")]
    [InlineData("1,2000-01-01\n", "user_id, birthdate")]
    public void A_missing_column_is_named_with_the_file_what_was_found_and_what_was_expected(string content, string missing)
    {
        Assert.Null(Read(Users.Table, content));
        Assert.Equal(
            [$"users.csv line 1: column {missing} is missing: found \"{content.TrimEnd()}\", expected the columns user_id, birthdate."], _problems);
    }

    [Fact]
    public void A_missing_column_is_named_with_its_aliases()
    {
        Assert.Null(Read(MenuItems.Table, "id,label\n"));
        Assert.Contains("column item_id or product_id, item_name or name is missing", Assert.Single(_problems), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\u00FF\u00FEu\0s\0")]
    [InlineData("\u00FE\u00FF\0u\0s")]
    public void A_file_in_utf_16_is_refused_with_what_to_do(string content)
    {
        Assert.Null(Read(Users.Table, content));
        Assert.Equal(["users.csv: found a UTF-16 byte order mark, expected UTF-8 text. Convert the file to UTF-8."], _problems);
    }

    [Theory]
    [InlineData("\"user_id,birthdate\n1,2000-01-01\n", "found a quoted name that never closes")]
    [InlineData("\"user\"_id,birthdate\n", "found a stray quote in \"\"user\"_id,birthdate\"")]
    [InlineData("user_id,birth\"date\n", "found a stray quote in \"user_id,birth\"date\"")]
    public void A_stray_quote_in_a_header_is_an_error(string content, string found)
    {
        Assert.Null(Read(Users.Table, content));
        Assert.Equal([$"users.csv line 1: {found}, expected the columns user_id, birthdate."], _problems);
    }

    [Fact]
    public void A_header_longer_than_a_record_is_an_error()
    {
        Assert.Null(Read(Users.Table, new string('x', Block.RecordBytesMax + 1) + "\n"));
        Assert.Equal(["users.csv line 1: found a line of more than 1020 KiB, expected the columns user_id, birthdate."], _problems);
    }

    [Fact]
    public void A_long_header_is_cut_in_the_message_between_characters()
    {
        var cups = string.Concat(Enumerable.Repeat("x☕😀", 100));
        Assert.Null(Read(Users.Table, Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(cups + "\n"))));
        Assert.Contains($"found \"{cups[..200]}…\",", Assert.Single(_problems), StringComparison.Ordinal);
    }

    [Fact]
    public void All_bad_files_and_missing_tables_are_reported_at_once()
    {
        WriteAllBut("users", "stores");
        _folder.Write("users_1.csv", "user_id\n");
        _folder.Write("users_2.csv", "birthdate,user_id,user_id\n");
        var problems = Assert.Throws<InputException>(() => Dataset.Open(new(_folder.Path))).Problems;
        Assert.Equal(3, problems.Count);
        Assert.StartsWith("Table stores is missing: found neither stores.csv, stores_*.csv nor stores/*.csv in ", problems[0], StringComparison.Ordinal);
        Assert.StartsWith("users_1.csv line 1: column birthdate is missing", problems[1], StringComparison.Ordinal);
        Assert.StartsWith("users_2.csv line 1: found 2 columns for user_id", problems[2], StringComparison.Ordinal);
    }

    [Fact]
    public void Bad_files_and_missing_tables_that_are_allowed_are_left_out_and_named()
    {
        WriteAllBut("users", "stores");
        _folder.Write("users_1.csv", "user_id\n");
        _folder.Write("users_2.csv", "user_id,birthdate\n");
        var dataset = Dataset.Open(new(_folder.Path, SkipBadFiles: true, AllowMissing: true));
        Assert.Equal(["menu_items.csv", "users_2.csv", "transactions.csv", "transaction_items.csv"], dataset.Files.Select(file => file.File.Name));
        Assert.Equal(2, dataset.Notes.Count);
        Assert.Equal("Table stores has no file and was taken as empty.", dataset.Notes[0]);
        Assert.StartsWith("Left out: users_1.csv line 1: column birthdate is missing", dataset.Notes[1], StringComparison.Ordinal);
    }

    private string FilePath => Path.Combine(_folder.Path, "file.csv");

    private CsvHeader? Read(Table table, string content)
    {
        _folder.Write("file.csv", content);
        return CsvHeader.Read(new DataFile(table, FilePath, $"{table}.csv", content.Length), _problems);
    }

    private void WriteAllBut(params string[] tables)
    {
        foreach (var table in TableRegistry.All.Where(table => !tables.Contains(table.Name)))
            _folder.Write($"{table}.csv", string.Join(',', table.Columns.Select(column => column.Name)) + "\n");
    }
}
