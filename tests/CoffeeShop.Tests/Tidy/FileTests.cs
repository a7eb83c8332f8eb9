using System.Text.RegularExpressions;

namespace CoffeeShop.Tests.Tidy;

/// <summary>What every file keeps to.</summary>
public sealed class FileTests
{
    private const int MedianLinesMax = 120;
    private const int LinesMax = 500;
    private static readonly string[] TextExtensions = [".cs", ".csproj", ".props", ".slnx", ".md", ".json", ".yml", ".yaml", ".sh", ".html", ".ini"];

    [Fact]
    public void Source_files_are_small()
    {
        var lengths = Repository.Files("src", ".cs").Select(file => (Lines: Repository.Read(file).Count(character => character == '\n'), File: file)).Order().ToList();
        Assert.InRange(lengths[lengths.Count / 2].Lines, 1, MedianLinesMax);
        Assert.DoesNotContain(lengths, length => length.Lines > LinesMax);
    }

    [Fact]
    public void Files_that_documents_name_exist()
    {
        var missing = Repository.Files(".", ".md").Where(file => file == "README.md" || file.StartsWith("docs/", StringComparison.Ordinal))
            .SelectMany(document => Regex.Matches(Repository.Read(document), @"(^|[\s`(\x22'\[])(?<path>(src|tests|docs|bench|deploy)/[A-Za-z0-9_./-]*[A-Za-z0-9_])", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(10))
                .Select(match => $"{document} names {match.Groups["path"].Value}"))
            .Distinct()
            .Where(naming => !Repository.Has(naming.Split(" names ")[1]))
            .ToList();
        Assert.Empty(missing);
    }

    [Fact]
    public void No_file_knows_the_machine_it_was_written_on()
    {
        // The pieces are apart, so that this file does not find itself.
        string[] places = [Repository.Root + "/", "/ho" + "me/", "/ro" + "ot/", "/Us" + "ers/", "C:" + @"\Users"];
        var offenders = Repository.Files(".", TextExtensions)
            .SelectMany(file => places.Where(place => Repository.Read(file).Contains(place, StringComparison.Ordinal)).Select(place => $"{file} names {place}"))
            .ToList();
        Assert.Empty(offenders);
    }
}
