using CoffeeShop.Output;

namespace CoffeeShop.Tests.Results;

public sealed class OutputFileTests
{
    [Fact]
    public void A_file_gets_its_name_when_it_is_whole_and_replaces_the_one_before()
    {
        using var folder = new TemporaryFolder();
        folder.Write("a", "before");
        folder.Write("a.partial", "what an interrupted run left, which is longer");
        using (var file = new OutputFile(folder["a"]))
        {
            file.Stream.Write("after"u8);
            Assert.Equal("before", File.ReadAllText(folder["a"]));
            file.Commit();
        }

        Assert.Equal(["a"], folder.Names);
        Assert.Equal("after", File.ReadAllText(folder["a"]));
    }

    [Fact]
    public void A_file_that_is_not_committed_leaves_the_one_before_and_nothing_else()
    {
        using var folder = new TemporaryFolder();
        folder.Write("a", "before");
        using (var file = new OutputFile(folder["a"])) file.Stream.Write("after"u8);
        Assert.Equal(["a"], folder.Names);
        Assert.Equal("before", File.ReadAllText(folder["a"]));
    }

    [Fact]
    public void A_file_in_use_is_refused_and_left_alone()
    {
        using var folder = new TemporaryFolder();
        using var first = new OutputFile(folder["a"]);
        first.Stream.Write("first"u8);
        var refusal = Assert.Throws<OutputException>(() => new OutputFile(folder["a"]));
        Assert.Contains("is being written by another process", refusal.Message, StringComparison.Ordinal);
        first.Commit();
        Assert.Equal("first", File.ReadAllText(folder["a"]));
    }

    [Fact]
    public void Folders_are_made_on_the_way()
    {
        using var folder = new TemporaryFolder();
        using var file = new OutputFile(folder["x/y/a"]);
        file.Commit();
        Assert.True(File.Exists(folder["x/y/a"]));
    }
}
