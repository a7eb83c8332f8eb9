using System.Globalization;
using Npgsql;

namespace CoffeeShop.Storage.Postgres;

/// <summary>How the database is made, and what it must be to be used. What is not as expected is refused and left as it is.</summary>
internal static class Preparation
{
    private const int ServerVersionMin = 13;

    // "Cofe": everybody who prepares the same database waits for each other here.
    private const long Lock = 0x436F6665;

    /// <summary>Makes the tables, or brings them to our version, and checks them: in one transaction, one process at a time.</summary>
    /// <param name="source">The connections.</param>
    /// <param name="name">What messages call the database.</param>
    /// <param name="shards">The number of shards that is asked for; null for the one of the database.</param>
    /// <param name="shardsOfNew">The number of shards of a new database when none is asked for.</param>
    /// <returns>The number of shards of the database.</returns>
    public static async Task<int> PrepareAsync(NpgsqlDataSource source, string name, int? shards, int shardsOfNew)
    {
        try
        {
            await using var connection = await source.OpenConnectionAsync();
            if (connection.PostgreSqlVersion.Major < ServerVersionMin)
                throw Refused($"{name} is on PostgreSQL {connection.ServerVersion}, expected {ServerVersionMin} or newer. Use a newer server.");
            await using var transaction = await connection.BeginTransactionAsync();
            var asked = new Transaction(connection);
            await asked.ScalarAsync("SELECT pg_advisory_xact_lock($1)", Lock);
            var version = await FindVersionAsync(asked, name);
            for (var next = version + 1; next <= Schema.Version; next++) await asked.ExecuteScriptAsync(Schema.Steps[next - 1]);
            if (version == 0)
            {
                await asked.ExecuteAsync("INSERT INTO schema_version VALUES ($1, $2)", Schema.Program, Schema.Version);
                await asked.ExecuteAsync("INSERT INTO settled VALUES ($1)", shards ?? shardsOfNew);
            }
            else if (version < Schema.Version)
            {
                await asked.ExecuteAsync("UPDATE schema_version SET version = $1", Schema.Version);
            }

            if (await asked.ScalarAsync("SELECT shards FROM settled") is not int stored) throw Trouble.Damaged(name, "the number of its shards is missing");
            if (shards is not null && shards != stored)
                throw Refused($"{name} was made for {stored} shards, but {shards} are asked for. The number cannot change: leave it out, ask for {stored}, or use another database.");
            await transaction.CommitAsync();
            return stored;
        }
        catch (Exception e) when (Trouble.IsTrouble(e))
        {
            throw Trouble.Explain(name, e);
        }
    }

    // 0 for a database without tables.
    private static async Task<int> FindVersionAsync(Transaction asked, string name)
    {
        await using var statements = asked.Group();
        statements.Add(
            """
            SELECT count(*), count(*) FILTER (WHERE table_name = 'schema_version'), min(table_name), current_schema()
            FROM information_schema.tables WHERE table_schema = current_schema()
            """);
        statements.Add("SELECT count(*) FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = 'schema_version' AND column_name = 'program'");
        await using (var row = await statements.ReadAsync())
        {
            await row.ReadAsync();
            if (row.IsDBNull(3)) throw Refused($"{name} has no schema that this user may use. Grant it one, or make it the owner of the database.");
            var (tables, versions, first) = (row.GetInt64(0), row.GetInt64(1), row.IsDBNull(2) ? "" : row.GetString(2));
            if (tables == 0) return 0;
            await row.NextResultAsync();
            await row.ReadAsync();
            if (versions == 0 || row.GetInt64(0) == 0)
                throw Refused(string.Create(CultureInfo.InvariantCulture, $"{name} holds tables of another program ({tables}, one is \"{first}\"). Create a database of its own (createdb), and name that one."));
        }

        return await ReadVersionAsync(asked, name);
    }

    private static async Task<int> ReadVersionAsync(Transaction asked, string name)
    {
        await using var statements = asked.Group();
        statements.Add("SELECT program, version FROM schema_version");
        await using var row = await statements.ReadAsync();
        if (!await row.ReadAsync()) throw Trouble.Damaged(name, "the version of its tables is missing");
        var (program, version) = (row.GetString(0), row.GetInt32(1));
        if (program != Schema.Program) throw Refused($"{name} belongs to another program ({program}). Create a database of its own (createdb), and name that one.");
        if (version > Schema.Version)
            throw Refused($"{name} was made by a newer version of this program (schema {version}, expected at most {Schema.Version}). Use that version, or another database.");
        return version >= 1 ? version : throw Trouble.Damaged(name, $"the version of its tables is {version}, expected {Schema.Version}");
    }

    private static StorageException Refused(string message) => new(message) { IsLasting = true };
}
