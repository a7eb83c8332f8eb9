using CoffeeShop.Tests.Oracle;

namespace CoffeeShop.Tests.Embedded;

public sealed class EmbeddedRunTests
{
    [Fact]
    public void Every_dataset_gets_the_answer_of_the_oracle_with_any_number_of_threads() => Seeds.Check(1, 60, (random, _) =>
    {
        using var folder = new TemporaryFolder();
        new RandomDataset(random).WriteTo(folder);
        var expected = new OracleAnswer(folder.Path, new OracleOptions());
        foreach (var threads in (int[])[1, 2, 7])
        {
            var answer = EmbeddedHarness.Run(folder.Path, threads);
            Assert.Equal(expected.Result, answer.Result);
            Assert.Equal(expected.Rejected, EmbeddedHarness.Rejected(answer));
        }
    });

    [Fact]
    public void Every_dataset_gets_the_answer_of_the_oracle_with_other_options() => Seeds.Check(1001, 60, (random, _) =>
    {
        using var folder = new TemporaryFolder();
        new RandomDataset(random).WriteTo(folder);
        var options = new OracleOptions
        {
            Years = random.Pick<int[]>([2024], [2025], [2023, 2026], [2023, 2024, 2025, 2026], [1]),
            From = random.Pick(TimeSpan.Zero, new(6, 0, 0), new(6, 0, 1), new(12, 30, 0)),
            To = random.Pick(new(12, 30, 0), new TimeSpan(22, 59, 59), new(23, 0, 1), new(23, 59, 59)),
            MinAmount = random.Pick(0m, 0.0002m, 74.9999m, 75.0001m, -5.25m),
            Top = random.Pick(1, 2, 100),
        };
        Assert.Equal(new OracleAnswer(folder.Path, options).Result, EmbeddedHarness.Run(folder.Path, 2, options.ToQueryOptions()).Result);
    });
}
