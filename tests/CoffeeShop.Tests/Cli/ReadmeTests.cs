using CoffeeShop.Tests.Tidy;

namespace CoffeeShop.Tests.Cli;

/// <summary>What the README tells a new user to type is typed here.</summary>
public sealed class ReadmeTests : IDisposable
{
    private const string DemoCommand = "dotnet run -c Release --project src/CoffeeShop.Cli -- ";
    private const string InstalledCommand = "artifacts/coffee/coffee ";

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task The_first_command_shows_the_answers_that_the_readme_shows()
    {
        var demo = await Coffee.RunIn(_folder.Path, Commands(DemoCommand).Single().Split(' '));
        demo.Is(0);
        Assert.All((string[])["q1", "q2", "q3", "q4", "total payment value"], answer => Assert.Contains(answer, demo.Output, StringComparison.Ordinal));

        var rows = await File.ReadAllLinesAsync(_folder["coffee-demo/out/client-demo.ndjson"], TestContext.Current.CancellationToken);
        var shown = Lines().Where(line => line.StartsWith("{\"query\"", StringComparison.Ordinal)).ToList();
        Assert.Equal(5, shown.Count);
        Assert.All(shown, row => Assert.Contains(row, rows));

        // A second demo uses the dataset of the first; and the next command of the README answers over it alike.
        (await Coffee.RunIn(_folder.Path, "demo")).Is(0);
        var run = Commands(InstalledCommand).First();
        Assert.Equal("run --data DIR --out DIR", run);
        (await Coffee.RunIn(_folder.Path, "run", "--data", "coffee-demo/data", "--out", "out")).Is(0);
        Assert.Equal(rows, await File.ReadAllLinesAsync(_folder["out/client-1.ndjson"], TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Every_command_and_option_that_documents_name_is_known()
    {
        var names = Lines().SelectMany(line => line.Split('`')).Where(text => text.StartsWith("coffee ", StringComparison.Ordinal))
            .Select(text => text.Split(' ')[1]).Distinct().ToList();
        Assert.Contains("run", names);
        foreach (var name in names)
        {
            var help = await Coffee.RunIn(_folder.Path, name, "--help");
            help.Is(0);
            var options = Lines().Where(line => line.Contains($"`coffee {name} ", StringComparison.Ordinal) && line.StartsWith('|'))
                .SelectMany(line => line.Split('`', ' ', '[', ']')).Where(word => word.StartsWith("--", StringComparison.Ordinal) && word != "--help");
            Assert.All(options, option => Assert.Contains(option.TrimEnd(',', ';'), help.Output, StringComparison.Ordinal));
        }
    }

    public void Dispose() => _folder.Dispose();

    private static IEnumerable<string> Lines() => Repository.Read("README.md").Split('\n').Select(line => line.Trim());

    private static IEnumerable<string> Commands(string prefix) =>
        Lines().Where(line => line.StartsWith(prefix, StringComparison.Ordinal)).Select(line => line[prefix.Length..]);
}
