namespace CoffeeShop.Tests.Cli;

public sealed class TerminalTests
{
    [Fact]
    public async Task Work_that_takes_long_enough_for_a_bar_comes_to_its_end_on_a_terminal()
    {
        using var folder = new TemporaryFolder();
        (await Coffee.RunOnTerminal("generate", "--out", folder["data"], "--months", "2024-01..2024-03", "--transactions-per-month", "100000")).Is(0);
        Assert.Contains("data/transactions/transactions_202403.csv", folder.Files);
    }
}
