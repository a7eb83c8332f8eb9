using System.Globalization;
using CoffeeShop.Storage.Postgres;
using CoffeeShop.Tests;
using Npgsql;

namespace CoffeeShop.IntegrationTests.Cluster;

/// <summary>Looks into a database past the storage, and holds transactions back at their commit.</summary>
internal sealed class PostgresProbe : IAsyncDisposable
{
    private readonly NpgsqlDataSource _source;

    public PostgresProbe(string address)
    {
        var parsed = DatabaseAddress.Parse(address);
        parsed.ApplicationName = "probe";
        _source = NpgsqlDataSource.Create(parsed);
    }

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = _source.CreateCommand(sql);
        return (T)Convert.ChangeType((await command.ExecuteScalarAsync())!, typeof(T), CultureInfo.InvariantCulture);
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = _source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>How many transactions wait for a lock.</summary>
    public Task<int> WaitingAsync() =>
        ScalarAsync<int>("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'");

    /// <summary>Completes when that many transactions wait for a lock.</summary>
    public async Task UntilWaitingAsync(int count)
    {
        var waiting = 0;
        await Eventually.Holds(
            async () =>
            {
                waiting = await WaitingAsync();
                return waiting == count;
            },
            () => $"{waiting} transactions wait for a lock, expected {count}.",
            TimeSpan.FromSeconds(20));
    }

    /// <summary>Ends the connections of all others, as a server that goes away does.</summary>
    public Task CutAsync() => ExecuteAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'coffee'");

    /// <summary>From now on, whoever has written to a table waits when it commits, all done and everything still locked.</summary>
    /// <returns>Dispose it to let them commit.</returns>
    public async Task<IAsyncDisposable> HoldCommitsAsync(string table)
    {
        await ExecuteAsync(
            $"""
            CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_advisory_xact_lock_shared(42); RETURN NULL; END';
            CREATE CONSTRAINT TRIGGER hold AFTER INSERT ON {table} DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION hold();
            """);
        var gate = await _source.OpenConnectionAsync();
        await using var command = new NpgsqlCommand("SELECT pg_advisory_lock(42)", gate);
        await command.ExecuteNonQueryAsync();
        return new Gate(gate);
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    private sealed class Gate(NpgsqlConnection connection) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            if (connection.State != System.Data.ConnectionState.Open) return;
            await using (var command = new NpgsqlCommand("SELECT pg_advisory_unlock(42)", connection)) await command.ExecuteNonQueryAsync();
            await connection.DisposeAsync();
        }
    }
}
