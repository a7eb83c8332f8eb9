using CoffeeShop.Client;
using CoffeeShop.Delivery;
using CoffeeShop.Protocol;
using CoffeeShop.Queries;

namespace CoffeeShop.Tests.Client;

public sealed class SessionFileTests : IDisposable
{
    private static readonly SessionFile Sample = new(
        new ServerAddress("localhost", 8080),
        new SessionKey(new SessionId(new Guid("01999999-0000-7000-8000-000000000001")), new Bytes32([.. Enumerable.Range(0, Bytes32.Size).Select(i => (byte)i)])),
        QueryOptions.Default with { Top = 7 },
        new Fingerprint(1000, [new FileMark("a \"b\".csv", 5, 638_000_000_000_000_000, "ff")]));

    private readonly TemporaryFolder _folder = new();

    private string FilePath => _folder["client-1.session"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_was_written_is_read_again()
    {
        (Sample with { Server = new ServerAddress("::1", 1) }).Write(FilePath);
        Sample.Write(FilePath);
        var read = SessionFile.Read(FilePath)!;
        Assert.Equal((Sample.Server, Sample.Key, Sample.Queries), (read.Server, read.Key, read.Queries));
        Assert.Null(Sample.Fingerprint.ChangeTo(read.Fingerprint));
        Assert.Equal(Sample.Fingerprint.ToBytes(), read.Fingerprint.ToBytes());
        Assert.Equal(["client-1.session"], _folder.Names);
    }

    [Fact]
    public void Only_its_owner_may_read_it()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("There are no such permissions.");
            return;
        }

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
    [InlineData("{\"server\":\"a:1\",\"session\":null,\"secret\":\"b\",\"queries\":\"\",\"fingerprint\":null}")]
    [InlineData("{\"server\":\"a:1\",\"session\":\"x\",\"secret\":\"b\",\"queries\":\"\",\"fingerprint\":{\"batchRows\":1,\"files\":[]}}")]
    [InlineData("{\"server\":\"a:1\",\"session\":\"01999999-0000-7000-8000-000000000001\",\"secret\":\"abcd\",\"queries\":\"\",\"fingerprint\":{\"batchRows\":1,\"files\":[]}}")]
    [InlineData("[1]")]
    public void Another_file_is_refused_in_words(string text)
    {
        _folder.Write("client-1.session", text);
        Assert.Equal($"{FilePath} is no session file: remove it and begin anew, without --resume.", Assert.Throws<InputException>(() => SessionFile.Read(FilePath)).Message);
    }
}
