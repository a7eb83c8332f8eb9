using CoffeeShop.Csv;

namespace CoffeeShop.Tests.Csv;

public sealed class DataFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_table_is_a_folder_or_files_that_begin_with_its_name()
    {
        Write("users/b.csv", "users/a.csv", "transactions_202401.csv", "transactions.csv", "transaction_items_202401.csv", "stores.csv", "menu_items/x.csv");
        var found = DataFolder.Open(_folder.Path);
        Assert.Equal(
            ["menu_items/x.csv", "stores.csv", "users/a.csv", "users/b.csv", "transactions.csv", "transactions_202401.csv", "transaction_items_202401.csv"],
            found.Files.Select(file => file.Name));
        Assert.All(found.Files, file => Assert.StartsWith(file.Table.Name, file.Name, StringComparison.Ordinal));
        Assert.Empty(found.Missing);
        Assert.Empty(found.Ignored);
    }

    [Fact]
    public void Files_are_in_the_ordinal_order_of_their_names()
    {
        Write("users_b.csv", "users_B.csv", "users_10.csv", "users_9.csv", "users.csv", "users_é.csv", "users_~.csv", "users_.csv");
        Assert.Equal(
            ["users.csv", "users_.csv", "users_10.csv", "users_9.csv", "users_B.csv", "users_b.csv", "users_~.csv", "users_é.csv"], Names());
    }

    [Fact]
    public void Both_layouts_for_one_table_are_an_error_that_names_both()
    {
        Write("users/a.csv", "users_2.csv", "users_1.csv", "stores.csv", "stores/a.csv");
        var problems = Assert.Throws<InputException>(() => DataFolder.Open(_folder.Path)).Problems;
        Assert.Equal(
            [
                "Table stores has files in both layouts, stores.csv and the folder stores/: keep one.",
                "Table users has files in both layouts, users_1.csv and the folder users/: keep one.",
            ],
            problems);
    }

    [Fact]
    public void An_empty_folder_of_a_table_does_not_compete_with_its_files()
    {
        Write("users.csv");
        _folder.Folder("users");
        Assert.Equal(["users.csv"], Names());
    }

    [Fact]
    public void Tables_that_no_query_reads_are_skipped_without_a_word()
    {
        Write("vouchers.csv", "vouchers_1.csv", "payment_methods.csv", "vouchers/a.csv", "payment_methods/b.csv", "users.csv");
        Assert.Equal(["users.csv"], Names());
        Assert.Empty(DataFolder.Open(_folder.Path).Ignored);
    }

    [Fact]
    public void Files_that_are_no_file_of_a_table_are_named()
    {
        Write("users.csv", "orders.csv", "usersX.csv", "Users_1.csv", "stores.CSV", "vouchersX.csv", "notes.txt", "stores/B.CSV", "stores/read.me", "users.csv.gz");
        var found = DataFolder.Open(_folder.Path);
        Assert.Equal(["users.csv"], found.Files.Select(file => file.Name));
        Assert.Equal(["Users_1.csv", "orders.csv", "stores.CSV", "stores/B.CSV", "usersX.csv", "vouchersX.csv"], found.Ignored);
    }

    [Fact]
    public void Folders_within_a_tables_folder_are_named_and_not_read()
    {
        Write("users/a.csv", "users/2024/b.csv", "users/x.csv/c.csv");
        var found = DataFolder.Open(_folder.Path);
        Assert.Equal(["users/a.csv"], found.Files.Select(file => file.Name));
        Assert.Equal(["users/2024/", "users/x.csv/"], found.Ignored);
    }

    [Fact]
    public void A_folder_that_is_called_like_a_flat_file_is_no_file()
    {
        _folder.Folder("users.csv");
        Assert.Empty(Names());
    }

    [Fact]
    public void A_missing_data_folder_is_an_error() =>
        Assert.StartsWith("There is no folder ", Refusal("", root: Path.Combine(_folder.Path, "nowhere")), StringComparison.Ordinal);

    [Fact]
    public void A_data_folder_without_tables_is_an_error_that_says_what_a_table_is() => Assert.Contains(
        "each as TABLE.csv, TABLE_*.csv or TABLE/*.csv",
        Assert.Throws<InputException>(() => Dataset.Open(new(_folder.Path))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("broken.csv", "nowhere.csv")]
    [InlineData("circle.csv", "circle.csv")]
    public void A_link_that_leads_nowhere_is_a_bad_file_and_no_crash(string name, string target)
    {
        _folder.Link($"users/{name}", target);
        _folder.Write("users/good.csv", "user_id,birthdate\n");
        var problems = Assert.Throws<InputException>(() => Dataset.Open(new(_folder.Path))).Problems;
        Assert.Contains(problems, problem => problem.StartsWith($"users/{name}: the file cannot be read: ", StringComparison.Ordinal));
        var dataset = Dataset.Open(new(_folder.Path, SkipBadFiles: true, AllowMissing: true));
        Assert.Equal(["users/good.csv"], dataset.Files.Select(file => file.File.Name));
    }

    [Fact]
    public void A_link_to_a_file_is_the_file()
    {
        _folder.Link("users/link.csv", _folder.Write("elsewhere.txt", "user_id,birthdate\n"));
        Assert.Equal(18, Assert.Single(DataFolder.Open(_folder.Path).Files).Length);
    }

    [Theory]
    [InlineData("inner")]
    [InlineData("inner/")]
    [InlineData("./inner")]
    [InlineData("inner/../inner")]
    [InlineData("link-within")]
    [InlineData("outer/inner")]
    public void A_subfolder_may_be_anywhere_within_the_root(string subfolder)
    {
        Write("inner/users.csv", "outer/inner/users.csv");
        _folder.Link("link-within", "inner");
        Assert.Equal(["users.csv"], DataFolder.Open(_folder.Path, subfolder).Files.Select(file => file.Name));
    }

    [Theory]
    [InlineData("..")]
    [InlineData("../root-2")]
    [InlineData("inner/../../root-2")]
    [InlineData("/")]
    [InlineData("/etc")]
    [InlineData("link-out")]
    [InlineData("link-out/deeper")]
    [InlineData("link-to-link")]
    [InlineData("link-absolute")]
    public void A_subfolder_cannot_lead_out_of_the_root(string subfolder)
    {
        Write("root/inner/users.csv", "root-2/deeper/users.csv");
        _folder.Link("root/link-out", "../root-2");
        _folder.Link("root/link-to-link", "link-out");
        _folder.Link("root/link-absolute", Path.Combine(_folder.Path, "root-2"));
        Assert.Contains("leads out of", Refusal(subfolder, Path.Combine(_folder.Path, "root")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_root_that_is_a_link_is_no_way_out()
    {
        Write("root/inner/users.csv");
        _folder.Link("link", "root");
        Assert.Single(DataFolder.Open(Path.Combine(_folder.Path, "link"), "inner").Files);
    }

    [Fact]
    public void A_missing_subfolder_is_an_error_that_lists_what_there_is()
    {
        Write("b/users.csv", "a/users.csv");
        Assert.Equal($"There is no folder c in {_folder.Path}. It has: a, b.", Refusal("c", _folder.Path));
        Assert.Equal($"There is no folder c/d in {_folder.Path}. It has: a, b.", Refusal("c/d", _folder.Path));
        Assert.Equal($"There is no folder a/users.csv in {_folder.Path}. It has: a, b.", Refusal("a/users.csv", _folder.Path));
    }

    [Theory]
    [InlineData("circle", "circle")]
    [InlineData("circle", "circle/deeper")]
    public void A_circle_of_links_is_an_error_and_no_crash(string name, string target)
    {
        _folder.Link(name, target);
        Assert.EndsWith("its links lead in a circle.", Refusal(name, _folder.Path), StringComparison.Ordinal);
    }

    private void Write(params string[] names)
    {
        foreach (var name in names) _folder.Write(name);
    }

    private IEnumerable<string> Names() => DataFolder.Open(_folder.Path).Files.Select(file => file.Name);

    private static string Refusal(string subfolder, string root) => Assert.Throws<InputException>(() => DataFolder.Open(root, subfolder)).Message;
}
