using System.Text.RegularExpressions;
using CoffeeShop.Observability;
using CoffeeShop.Tests.Cli;

namespace CoffeeShop.Tests.Tidy;

public sealed partial class FailPointTests
{
    [Fact]
    public void The_document_names_every_fail_point_and_no_other()
    {
        var said = Name().Matches(Repository.Read("docs/delivery.md")).Select(match => match.Groups["name"].Value);
        Assert.Equal(FailPoint.All.Select(point => $"{point}").Order(StringComparer.Ordinal), said.Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_fail_point_is_somewhere_on_the_way_of_a_batch()
    {
        var sources = string.Concat(Repository.Files("src", ".cs").Select(Repository.Read));
        foreach (var property in typeof(FailPoint).GetProperties().Where(property => property.PropertyType == typeof(FailPoint)))
            Assert.Contains($"FailPoint.{property.Name}.Hit();", sources, StringComparison.Ordinal);
        Assert.Equal(typeof(FailPoint).GetProperties().Count(property => property.PropertyType == typeof(FailPoint)), FailPoint.All.Count);
    }

    [Theory]
    [InlineData("owner.comitted:1")]
    [InlineData("owner.committed")]
    [InlineData("owner.committed:0")]
    [InlineData("owner.committed:1:rest")]
    public async Task A_point_that_is_nowhere_is_refused(string failPoint)
    {
        using var process = Coffee.StartToDie(failPoint, "sessions");
        (await Coffee.End(process)).Is(2).Says(FailPoint.Variable, failPoint, "expected");
    }

    [GeneratedRegex("`(?<name>(gateway|filter|owner|client|output)\\.[a-z.]+)`", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Name();
}
