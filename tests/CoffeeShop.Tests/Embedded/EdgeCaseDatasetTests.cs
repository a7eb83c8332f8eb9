using CoffeeShop.Generation;
using CoffeeShop.Tests.Oracle;

namespace CoffeeShop.Tests.Embedded;

public sealed class EdgeCaseDatasetTests
{
    [Fact]
    public void The_generated_edge_cases_get_the_answer_of_the_oracle_with_any_number_of_threads()
    {
        using var folder = new TemporaryFolder();
        var options = new GeneratorOptions { OutputFolder = folder["data"], TransactionsPerMonth = 310, EdgeCases = true };
        new Generator(options).Run(TestContext.Current.CancellationToken);

        var expected = new OracleAnswer(folder["data"], new OracleOptions());
        foreach (var threads in (int[])[1, 2, 5])
        {
            var answer = EmbeddedHarness.Run(folder["data"], threads);
            Assert.Equal(expected.Result, answer.Result);
            Assert.Equal(expected.Rejected, EmbeddedHarness.Rejected(answer));
        }
    }
}
