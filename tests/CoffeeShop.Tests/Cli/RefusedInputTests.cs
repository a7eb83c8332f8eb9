namespace CoffeeShop.Tests.Cli;

/// <summary>Input that <c>coffee run</c> cannot take: exit code 3, and words that say what to mend.</summary>
public sealed class RefusedInputTests : IDisposable
{
    private readonly Shop _shop = new();

    public void Dispose() => _shop.Dispose();

    [Fact]
    public async Task A_folder_that_is_not_there_is_refused()
    {
        (await Coffee.Run("run", "--data", _shop.Data + "-not", "--out", _shop.Out)).Is(3).Says("There is no folder", _shop.Data + "-not");
        Assert.Empty(_shop.Written);
    }

    [Fact]
    public async Task A_folder_without_any_table_is_refused_with_the_names_expected()
    {
        var empty = Directory.CreateDirectory(Path.Combine(_shop.Data, "empty")).FullName;
        (await Coffee.Run("run", "--data", empty, "--out", _shop.Out)).Is(3).Says("There is no table", "menu_items", "transaction_items", "TABLE_*.csv");
    }

    [Fact]
    public async Task Every_problem_is_told_at_once_with_what_was_found_and_what_was_expected()
    {
        _shop.Write("transactions.csv", "transaction_id,shop,user_id,final_amount\n");
        _shop.Write("stores.csv", "store_id,store_id,store_name\n");
        File.Delete(Path.Combine(_shop.Data, "users.csv"));
        File.Delete(Path.Combine(_shop.Data, "menu_items.csv"));
        File.CreateSymbolicLink(Path.Combine(_shop.Data, "menu_items.csv"), Path.Combine(_shop.Data, "nowhere"));
        (await _shop.Run()).Is(3).Says(
            "transactions.csv line 1: column store_id, created_at is missing", "found \"transaction_id,shop,user_id,final_amount\"",
            "stores.csv line 1: found 2 columns for store_id", "Table users is missing", "menu_items.csv: the file cannot be read");
        Assert.Empty(_shop.Written);
    }

    [Fact]
    public async Task What_a_file_contains_cannot_speak_to_the_terminal()
    {
        _shop.Write("stores.csv", "store_id,\u001b[31mstore_name\n");
        var ended = (await _shop.Run()).Is(3).Says("\\u001b[31mstore_name");
        Assert.DoesNotContain('\u001b', ended.Error);
    }

    [Fact]
    public async Task Bad_files_are_left_out_and_missing_tables_taken_as_empty_when_asked_for()
    {
        _shop.Write("transactions_2.csv", "nothing,useful\n1,2\n");
        File.Delete(Path.Combine(_shop.Data, "users.csv"));
        (await _shop.Run("--skip-bad-files")).Is(3).Says("Table users is missing");
        (await _shop.Run("--allow-missing")).Is(3).Says("transactions_2.csv line 1");
        (await _shop.Run("--skip-bad-files", "--allow-missing")).Is(0).Says("transactions_2.csv", "Table users has no file");
        Assert.Equal(Shop.Answer.Replace("\"1973-10-31\"", "null", StringComparison.Ordinal), _shop.Result);
    }

    [Fact]
    public async Task A_table_in_both_layouts_is_refused()
    {
        _shop.Write("stores/a.csv", "store_id,store_name\n");
        (await _shop.Run()).Is(3).Says("Table stores has files in both layouts", "stores.csv", "stores/");
    }
}
