using System.Text.RegularExpressions;

namespace CoffeeShop.Tests.Tidy;

/// <summary>A promise without its test is none.</summary>
public sealed partial class GuaranteesTests
{
    [Fact]
    public void Every_test_that_the_guarantees_name_exists_and_every_line_names_one()
    {
        var tests = string.Join('\n', Repository.Files("tests", ".cs").Select(Repository.Read));
        var lines = Repository.Read("docs/guarantees.md").Split('\n').Where(line => line.StartsWith("| ", StringComparison.Ordinal) && !line.StartsWith("| what ", StringComparison.Ordinal)).ToList();
        Assert.True(lines.Count > 20);
        foreach (var line in lines)
        {
            var named = Named().Matches(line);
            Assert.True(named.Count > 0, $"No test is named: {line}");
            foreach (Match test in named)
            {
                Assert.True(tests.Contains($"class {test.Groups["class"].Value}", StringComparison.Ordinal), $"There is no class {test.Groups["class"].Value}.");
                Assert.True(tests.Contains($" {test.Groups["test"].Value}(", StringComparison.Ordinal), $"There is no test {test.Groups["test"].Value}.");
            }
        }
    }

    [GeneratedRegex("`(?<class>[A-Z][A-Za-z]+)\\.(?<test>[A-Z][A-Za-z0-9_]+_[A-Za-z0-9_]+)`", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Named();
}
