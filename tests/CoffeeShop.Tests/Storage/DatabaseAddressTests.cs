using CoffeeShop.Storage;
using CoffeeShop.Storage.Postgres;

namespace CoffeeShop.Tests.Storage;

/// <summary>The forms of a database's address.</summary>
public sealed class DatabaseAddressTests
{
    [Theory]
    [InlineData("postgres://coffee:p%40ss%3A%2Fword@db.example:6543/shop", "db.example", 6543, "shop", "coffee", "p@ss:/word", "Prefer")]
    [InlineData("postgresql://coffee@db/shop?sslmode=verify-full&connect_timeout=3", "db", 5432, "shop", "coffee", null, "VerifyFull")]
    [InlineData("postgres://coffee:secret@[::1]/shop?sslmode=disable", "::1", 5432, "shop", "coffee", "secret", "Disable")]
    [InlineData("Host=db;Database=shop;Username=coffee;Password=a=b;SSL Mode=Require", "db", 5432, "shop", "coffee", "a=b", "Require")]
    public void Both_forms_are_read(string text, string host, int port, string database, string user, string? password, string sslMode)
    {
        var address = DatabaseAddress.Parse(text);
        Assert.Equal((host, port, database, user, password, sslMode), (address.Host, address.Port, address.Database, address.Username, address.Password, $"{address.SslMode}"));
        Assert.InRange(address.MaxPoolSize, 1, 20);
        Assert.Contains("synchronous_commit=on", address.Options, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mysql://coffee:hunter2@db/shop", "begins with mysql://")]
    [InlineData("postgres://coffee:hunter2@db", "names no database")]
    [InlineData("postgres://coffee:hunter2@db/", "names no database")]
    [InlineData("postgres://db/hunter2", "names no user")]
    [InlineData("postgres://coffee:hun/ter2@db/shop", "cannot be read")]
    [InlineData("postgres://coffee:hunter2@db/shop?sslmode=maybe", "has sslmode=maybe")]
    [InlineData("postgres://coffee:hunter2@db/shop?connect_timeout=soon", "has connect_timeout=soon")]
    [InlineData("postgres://coffee:hunter2@db/shop?pooling=yes", "has the parameter pooling")]
    [InlineData("postgres://coffee:hunter2@db/shop#1", "has a # in it")]
    [InlineData("Host=db;Colour=hunter2", "is neither a URI nor a connection string")]
    [InlineData("hunter2", "is neither a URI nor a connection string")]
    [InlineData("", "names no host")]
    public void What_is_no_address_is_told_without_the_password(string text, string found)
    {
        var refused = Assert.Throws<StorageException>(() => DatabaseAddress.Parse(text));
        Assert.True(refused.IsLasting);
        Assert.StartsWith($"The address of the database {found}", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Expected postgres://user:password@host:port/database", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", refused.ToString(), StringComparison.Ordinal);
    }
}
