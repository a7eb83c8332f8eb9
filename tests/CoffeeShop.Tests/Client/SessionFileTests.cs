using CoffeeShop.Client;

namespace CoffeeShop.Tests.Client;

public sealed class SessionFileTests : IDisposable
{
    private static readonly SessionFile Sample = new(
        "localhost:8080", "01999999-0000-7000-8000-000000000001", "ab12", [1, 2, 3], new Fingerprint(1000, [new FileMark("a \"b\".csv", 5, 638_000_000_000_000_000, "ff")]));

    private readonly TemporaryFolder _folder = new();

    private string FilePath => _folder["client-1.session"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_was_written_is_read_again()
    {
        Sample.Write(FilePath);
        (Sample with { Secret = "cd" }).Write(FilePath);
        var read = SessionFile.Read(FilePath)!;
        Assert.Equal(("localhost:8080", Sample.Session, "cd"), (read.Server, read.Session, read.Secret));
        Assert.Equal(Sample.Options, read.Options);
        Assert.Null(Sample.Fingerprint.ChangeTo(read.Fingerprint));
        Assert.Equal(Sample.Fingerprint.ToBytes(), read.Fingerprint.ToBytes());
        Assert.Equal(["client-1.session"], _folder.Names);
    }

    [Fact]
    public void Only_its_owner_may_read_it()
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("There are no such permissions.");
        // What a crash left must not lend its permissions.
        _folder.Write("client-1.session.partial", "left");
        _folder.Write("client-1.session", "left");
        Sample.Write(FilePath);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(FilePath));
    }

    [Fact]
    public void No_file_is_no_session() => Assert.Null(SessionFile.Read(FilePath));

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("{\"server\":\"a\",\"session\":null,\"secret\":\"b\",\"options\":\"\",\"fingerprint\":null}")]
    [InlineData("[1]")]
    public void Another_file_is_refused_in_words(string text)
    {
        _folder.Write("client-1.session", text);
        Assert.Equal($"{FilePath} is no session file: remove it and begin anew, without --resume.", Assert.Throws<InputException>(() => SessionFile.Read(FilePath)).Message);
    }
}
