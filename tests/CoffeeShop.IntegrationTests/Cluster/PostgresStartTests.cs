using CoffeeShop.Storage;
using CoffeeShop.Storage.Postgres;
using CoffeeShop.Tests.Storage;

namespace CoffeeShop.IntegrationTests.Cluster;

/// <summary>How a database is made, and which are refused.</summary>
[Trait("suite", "storage")]
public sealed class PostgresStartTests(PostgresServer server)
{
    [Fact]
    public async Task Of_processes_that_start_at_once_on_an_empty_database_one_makes_the_tables()
    {
        var address = await server.NewDatabaseAsync();
        var storages = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => PostgresStorage.OpenAsync(address, shards: 5, TimeProvider.System))));
        var session = await storages[0].OpenSessionAsync();
        foreach (var storage in storages)
        {
            Assert.Equal(5, storage.Shards);
            Assert.NotNull(await storage.FindSessionAsync(session));
            await storage.DisposeAsync();
        }

        await using var probe = new PostgresProbe(address);
        Assert.Equal($"{Schema.Program} {Schema.Version}", await probe.ScalarAsync<string>("SELECT string_agg(program || ' ' || version, ',') FROM schema_version"));
    }

    [Fact]
    public async Task The_number_of_shards_is_that_of_the_database()
    {
        var address = await server.NewDatabaseAsync();
        await using (var made = await PostgresStorage.OpenAsync(address, 3, TimeProvider.System)) Assert.Equal(3, made.Shards);
        await using (var same = await PostgresStorage.OpenAsync(address, null, TimeProvider.System)) Assert.Equal(3, same.Shards);
        await RefusedAsync(address, "was made for 3 shards, but 4 are asked for", shards: 4);
    }

    [Fact]
    public async Task A_database_of_a_newer_version_is_left_as_it_is()
    {
        var address = await server.NewDatabaseAsync();
        await (await PostgresStorage.OpenAsync(address, null, TimeProvider.System)).DisposeAsync();
        await using var probe = new PostgresProbe(address);
        await probe.ExecuteAsync("UPDATE schema_version SET version = version + 1");
        await RefusedAsync(address, "was made by a newer version of this program");
        Assert.Equal(Schema.Version + 1, await probe.ScalarAsync<int>("SELECT version FROM schema_version"));
    }

    [Theory]
    [InlineData("CREATE TABLE recipes (name text)", "holds tables of another program (1, one is \"recipes\")")]
    [InlineData("CREATE TABLE schema_version (installed_rank integer)", "holds tables of another program (1, one is \"schema_version\")")]
    [InlineData("CREATE TABLE schema_version (program text, version integer); INSERT INTO schema_version VALUES ('tea', 1)", "belongs to another program (tea)")]
    [InlineData("CREATE TABLE schema_version (program text, version integer)", "is damaged: the version of its tables is missing")]
    public async Task A_database_of_something_else_is_left_as_it_is(string content, string message)
    {
        var address = await server.NewDatabaseAsync();
        await using var probe = new PostgresProbe(address);
        await probe.ExecuteAsync(content);
        await RefusedAsync(address, message);
        Assert.Equal(1, await probe.ScalarAsync<int>("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"));
    }

    [Fact]
    public async Task A_wrong_password_user_or_database_is_told_without_the_password()
    {
        var address = await server.NewDatabaseAsync();
        var secret = new Uri(address).UserInfo.Split(':')[1];
        await RefusedAsync(address.Replace(secret, "hunter2", StringComparison.Ordinal), "refuses this user");
        await RefusedAsync(address.Replace("coffee:", "stranger:", StringComparison.Ordinal), "refuses this user");
        await RefusedAsync(server.Service.AddressOf("nowhere"), "The database nowhere at 127.0.0.1");
        await RefusedAsync(server.Service.AddressOf("nowhere"), "Create it (createdb)");
    }

    [Fact]
    public async Task A_database_that_this_user_may_not_write_is_told()
    {
        var address = await server.NewDatabaseAsync();
        await using var probe = new PostgresProbe(address);
        await probe.ExecuteAsync("REVOKE CREATE ON SCHEMA public FROM PUBLIC");
        await probe.ExecuteAsync($"CREATE ROLE guest_{server.Service.Port} LOGIN PASSWORD 'guest'");
        await RefusedAsync(new UriBuilder(address) { UserName = $"guest_{server.Service.Port}", Password = "guest" }.Uri.AbsoluteUri, "does not let this user do what is needed");
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_told_and_may_come()
    {
        var refused = await Assert.ThrowsAsync<StorageException>(() => PostgresStorage.OpenAsync("postgres://coffee:hunter2@127.0.0.1:1/coffee", null, TimeProvider.System));
        Assert.False(refused.IsLasting);
        Assert.Contains("The database coffee at 127.0.0.1:1 cannot be reached", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_string_serves_as_well_as_a_URI()
    {
        var uri = new Uri(await server.NewDatabaseAsync());
        var address = $"Host={uri.Host};Port={uri.Port};Database={uri.AbsolutePath[1..]};Username=coffee;Password={uri.UserInfo.Split(':')[1]}";
        await using var storage = await PostgresStorage.OpenAsync(address, null, TimeProvider.System);
        Assert.Empty(await storage.ListSessionsAsync());
    }

    [Fact]
    public async Task Of_processes_that_take_a_step_at_once_one_does_it()
    {
        var address = await server.NewDatabaseAsync();
        var storages = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => PostgresStorage.OpenAsync(address, null, TimeProvider.System)));
        var (done, failed) = (0, 0);
        var failing = storages.Select(storage => Task.Run(() => storage.RunOnceAsync("bus", () =>
        {
            Interlocked.Increment(ref failed);
            throw new IOException("The broker is not there.");
        })));
        // Its own failure, not one of the database; and the next one tries.
        foreach (var one in failing) Assert.Equal("The broker is not there.", (await Assert.ThrowsAsync<IOException>(() => one)).Message);
        Assert.Equal(4, failed);
        var taken = await Task.WhenAll(storages.Select(storage => Task.Run(() => storage.RunOnceAsync("bus", async () =>
        {
            Assert.Equal(1, Interlocked.Increment(ref done));
            await Task.Yield();
        }))));
        Assert.Equal((1, 1), (taken.Count(isFirst => isFirst), done));
        foreach (var storage in storages) await storage.DisposeAsync();
    }

    private static async Task RefusedAsync(string address, string message, int? shards = null)
    {
        var refused = await Assert.ThrowsAsync<StorageException>(() => PostgresStorage.OpenAsync(address, shards, TimeProvider.System));
        Assert.True(refused.IsLasting);
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
        var password = new Uri(address).UserInfo.Split(':')[1];
        Assert.DoesNotContain(password, refused.ToString(), StringComparison.Ordinal);
    }
}
