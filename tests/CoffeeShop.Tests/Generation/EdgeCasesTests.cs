using System.Text;
using CoffeeShop.Csv;
using CoffeeShop.Generation;

namespace CoffeeShop.Tests.Generation;

public sealed class EdgeCasesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly GeneratorReport _report;

    public EdgeCasesTests()
    {
        var options = new GeneratorOptions { OutputFolder = _folder.Path, LastMonth = new Month(2024, 1), TransactionsPerMonth = 31, EdgeCases = true };
        _report = new Generator(options).Run(TestContext.Current.CancellationToken);
    }

    [Fact]
    public void Exactly_the_expected_rows_are_rejected()
    {
        List<string> rejected = [];
        foreach (var file in DataFolder.Open(_folder.Path).Files)
        {
            var bytes = _folder.Read(file.Name);
            Rows.Read(file, _ => { }, rejection =>
            {
                var line = 1 + bytes.AsSpan(0, (int)rejection.Offset).Count((byte)'\n');
                var column = rejection.Column is null ? "null" : $"\"{rejection.Column}\"";
                rejected.Add($"{{\"table\":\"{file.Table}\",\"file\":\"{file.Name}\",\"line\":{line},\"column\":{column}}}");
            });
        }

        var expected = Encoding.UTF8.GetString(_folder.Read("expected-rejections.ndjson")).TrimEnd('\n').Split('\n');
        Assert.Equal(expected, rejected);
        Assert.Equal(expected.Length, _report.ExpectedRejections);
    }

    [Fact]
    public void Files_of_edge_cases_are_read_after_those_they_go_with()
    {
        var tables = DataFolder.Open(_folder.Path).Files.GroupBy(file => file.Table);
        Assert.All(tables, files =>
        {
            var areEdges = files.Select(file => file.Name.Contains("_edge_", StringComparison.Ordinal)).ToList();
            Assert.False(areEdges[0]);
            Assert.Equal(areEdges.Order(), areEdges);
        });
    }

    public void Dispose() => _folder.Dispose();
}
