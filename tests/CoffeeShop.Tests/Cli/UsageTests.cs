namespace CoffeeShop.Tests.Cli;

/// <summary>A wrong command line: exit code 2, what was found, and what was expected.</summary>
public sealed class UsageTests
{
    [Theory]
    [InlineData("--threads 0", "--threads: found \"0\", expected a number from 1 to 1024")]
    [InlineData("--threads many", "--threads", "many")]
    [InlineData("--top 0", "--top: found \"0\", expected a whole number from 1")]
    [InlineData("--years 2024,later", "--years: found \"2024,later\", expected years")]
    [InlineData("--hours 23:00:00-06:00:00", "--hours: found \"23:00:00-06:00:00\", expected two times")]
    [InlineData("--min-amount 7,5", "--min-amount: found \"7,5\", expected an amount")]
    [InlineData("--id a/b", "--id: found \"a/b\", expected 1 to 64 letters")]
    [InlineData("--format xml", "--format: found \"xml\", expected ndjson")]
    [InlineData("--frobnicate", "--frobnicate")]
    public async Task A_wrong_value_or_option_is_named_with_what_was_expected(string options, params string[] words) =>
        (await Coffee.Run(["run", "--data", ".", .. options.Split(' ')])).Is(2).Says([.. words, "coffee run --help"]);

    [Theory]
    [InlineData("run", "--data")]
    [InlineData("frobnicate", "frobnicate")]
    [InlineData("compare onlyone", "compare")]
    public async Task A_command_that_is_incomplete_or_unknown_is_told_what_it_lacks(string arguments, string word) =>
        (await Coffee.Run(arguments.Split(' '))).Is(2).Says(word, "--help");

    [Fact]
    public async Task Help_is_the_product_when_it_is_asked_for()
    {
        var ended = (await Coffee.Run("run", "--help")).Is(0);
        Assert.Contains("--data-folder", ended.Output, StringComparison.Ordinal);
        Assert.Empty(ended.Error);
    }
}
