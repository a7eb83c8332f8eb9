using Npgsql;

namespace CoffeeShop.Storage.Postgres;

/// <summary>What is asked of the database within one transaction.</summary>
/// <param name="connection">The connection that the transaction is on.</param>
internal sealed class Transaction(NpgsqlConnection connection)
{
    /// <summary>The process of the server that does this, as others can name it.</summary>
    public int ServerProcess => connection.ProcessID;

    /// <summary>Begins a group of statements.</summary>
    public Statements Group() => new(connection);

    /// <summary>Runs a statement.</summary>
    /// <returns>How many rows it changed.</returns>
    public async Task<int> ExecuteAsync(string sql, params object?[] values)
    {
        await using var statements = Group();
        var command = statements.Add(sql, values);
        await statements.ExecuteAsync();
        return checked((int)command.RecordsAffected);
    }

    /// <summary>Runs a text of several statements, which have no parameters.</summary>
    /// <param name="sql">The statements.</param>
    public async Task ExecuteScriptAsync(string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The first column of the first row, or null when there is no row or nothing in it.</summary>
    public async Task<object?> ScalarAsync(string sql, params object?[] values)
    {
        await using var statements = Group();
        statements.Add(sql, values);
        await using var row = await statements.ReadAsync();
        return await row.ReadAsync() && !await row.IsDBNullAsync(0) ? row.GetValue(0) : null;
    }
}
