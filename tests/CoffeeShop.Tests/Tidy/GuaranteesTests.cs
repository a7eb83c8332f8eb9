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

    /// <summary>Written by <c>tests/faults.sh</c>, which joins the guarantees with what runs have shown.</summary>
    [Fact]
    public void The_table_of_faults_in_the_readme_has_guarantees_alone_and_all_of_them_were_kept()
    {
        var guarantees = Repository.Read("docs/guarantees.md").Split('\n').Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Select(line => line.Split(" | ")).Select(cells => (cells[0][2..], cells[1])).ToHashSet();
        var table = Repository.Read("README.md").Split('\n').SkipWhile(line => line != "<!-- faults: written by tests/faults.sh -->").Skip(1).TakeWhile(line => line != "<!-- end of faults -->").ToList();
        Assert.Equal(["| where | what happens | what is promised | survived | took |", "|---|---|---|--:|--:|"], table.Take(2));
        Assert.Equal("", table[^2]);
        Assert.Matches(@"^Runs against real processes, [0-9]{4}-[0-9]{2}-[0-9]{2}, [0-9]+ cores, by `tests/faults.sh`; ", table[^1]);
        var rows = table[2..^2];
        Assert.True(rows.Count > 10, $"{rows.Count} rows");
        foreach (var row in rows)
        {
            var cells = Row().Match(row);
            Assert.True(cells.Success, row);
            Assert.Contains((cells.Groups["happens"].Value, cells.Groups["promised"].Value), guarantees);
            Assert.Equal((row, cells.Groups["drills"].Value), (row, cells.Groups["survived"].Value));
        }
    }

    [GeneratedRegex(@"^\| (server|cluster) \| (?<happens>.+) \| (?<promised>.+) \| (?<survived>[0-9]+) of (?<drills>[1-9][0-9]*) \| [0-9]+ s \|$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Row();

    [GeneratedRegex("`(?<class>[A-Z][A-Za-z]+)\\.(?<test>[A-Z][A-Za-z0-9_]+_[A-Za-z0-9_]+)`", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Named();
}
