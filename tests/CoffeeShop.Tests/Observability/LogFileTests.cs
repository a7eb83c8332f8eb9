using CoffeeShop.Observability;

namespace CoffeeShop.Tests.Observability;

public sealed class LogFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void A_full_file_becomes_the_older_one_of_two()
    {
        using (var log = new LogFile(_folder["a.log"], bytesMax: 20))
            foreach (var number in Enumerable.Range(1, 7)) log.Append($"line {number}");
        Assert.Equal("line 5\nline 6\n", File.ReadAllText(_folder["a.log.1"]));
        Assert.Equal("line 7\n", File.ReadAllText(_folder["a.log"]));
    }

    [Fact]
    public void Lines_are_added_to_what_is_there_and_can_be_read_at_once()
    {
        using (var log = new LogFile(_folder["a.log"], bytesMax: 1000)) log.Append("before");
        using var again = new LogFile(_folder["a.log"], bytesMax: 1000);
        again.Append("después");
        using var reader = new StreamReader(new FileStream(_folder["a.log"], FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        Assert.Equal("before\ndespués\n", reader.ReadToEnd());
    }

    [Fact]
    public void A_line_longer_than_the_file_may_be_is_whole()
    {
        using (var log = new LogFile(_folder["a.log"], bytesMax: 10))
        {
            log.Append("a line of some length");
            log.Append("b");
        }

        Assert.Equal("a line of some length\n", File.ReadAllText(_folder["a.log.1"]));
    }

    public void Dispose() => _folder.Dispose();
}
