using CoffeeShop.Tests.Results;

namespace CoffeeShop.Tests.Cli;

public sealed class CompareTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Equal_files_are_the_same_and_done()
    {
        _folder.Write("a", Shop.Answer);
        _folder.Write("b", Shop.Answer);
        var ended = (await Coffee.Run("compare", _folder["a"], _folder["b"])).Is(0);
        Assert.Equal(("The results are the same.\n", ""), (ended.Output, ended.Error));
    }

    [Theory]
    [InlineData("\r\n", "\r\n")]
    [InlineData("\n", "")]
    public async Task Files_that_only_end_their_lines_differently_are_not_the_same(string lineEnd, string lastLineEnd)
    {
        _folder.Write("a", Shop.Answer);
        _folder.Write("b", Shop.Answer.TrimEnd('\n').Replace("\n", lineEnd, StringComparison.Ordinal) + lastLineEnd);
        var ended = (await Coffee.Run("compare", _folder["a"], _folder["b"])).Is(1);
        Assert.Contains("the lines end differently", ended.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_that_differ_fail_with_each_row_that_does()
    {
        _folder.Write("a", Shop.Answer);
        _folder.Write("b", Shop.Answer.Replace("118.125", "118.13", StringComparison.Ordinal) + Rows.Customer("Other", "null", 1) + "\n");
        var ended = (await Coffee.Run("compare", _folder["a"], _folder["b"])).Is(1);
        Assert.Equal(
            """
            q3: 1 different
              different
                expected {"query":"q3","year_half_created_at":"2024-H1","store_name":"G Coffee","tpv":118.125}
                found    {"query":"q3","year_half_created_at":"2024-H1","store_name":"G Coffee","tpv":118.13}
            q4: 1 extra
              extra
                found    {"query":"q4","store_name":"Other","birthdate":null,"purchases_qty":1}

            """,
            ended.Output);
        Assert.Empty(ended.Error);
    }

    [Fact]
    public async Task Many_differences_are_counted_and_the_first_are_shown()
    {
        _folder.Write("a", string.Concat(Enumerable.Range(0, 30).Select(i => Rows.Transaction($"t{i}") + "\n")));
        _folder.Write("b", "");
        var ended = (await Coffee.Run("compare", _folder["a"], _folder["b"])).Is(1);
        Assert.StartsWith("q1: 30 missing\n", ended.Output, StringComparison.Ordinal);
        Assert.EndsWith("  … and 10 more\n", ended.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_no_result_is_refused_by_name_and_line()
    {
        _folder.Write("a", Shop.Answer);
        _folder.Write("b", Shop.Answer + "{\"query\":\"q9\"}\n");
        (await Coffee.Run("compare", _folder["a"], _folder["b"])).Is(3).Says($"{_folder["b"]} line 6", "q9");
    }

    [Fact]
    public async Task A_file_that_is_not_there_or_a_folder_is_refused()
    {
        _folder.Write("a", Shop.Answer);
        (await Coffee.Run("compare", _folder["a"], _folder["not-there"])).Is(3).Says("not-there");
        (await Coffee.Run("compare", _folder.Path, _folder["a"])).Is(3).Says(_folder.Path);
        (await Coffee.Run("compare", _folder["a"], "")).Is(3).Says("cannot be read");
    }
}
