using CoffeeShop.Commands;

namespace CoffeeShop.Tests.Tidy;

/// <summary>What documents tell a user to type is what the program takes.</summary>
public sealed class DocumentedCommandTests
{
    private static readonly string[] Starts = ["    coffee ", "    artifacts/coffee/coffee "];

    [Fact]
    public void Commands_on_lines_of_their_own_are_understood()
    {
        using var signals = new Signals();
        var root = Root.New(signals);
        var commands = (from document in Repository.Files(".", ".md")
                        where document == "README.md" || document.StartsWith("docs/", StringComparison.Ordinal)
                        from line in Repository.Read(document).Split('\n')
                        let start = Starts.FirstOrDefault(start => line.StartsWith(start, StringComparison.Ordinal))
                        // A picture of the parts begins with the name of one, too.
                        where start is not null && !line.Contains('─', StringComparison.Ordinal)
                        select (Document: document, Words: line[start.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries))).ToList();
        Assert.True(commands.Count > 15, $"{commands.Count} commands");
        Assert.All(commands, command => Assert.Empty(root.Parse(command.Words).Errors.Select(error => $"{command.Document}: coffee {string.Join(' ', command.Words)}: {error.Message}")));
    }
}
