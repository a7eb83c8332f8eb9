using CoffeeShop.Queries;
using CoffeeShop.Tables;

namespace CoffeeShop.Delivery;

/// <summary>
/// What messages are numbered in: the batches of a table, or the emissions of one query by the shards. Each has numbers
/// 1 … K of its own.
/// </summary>
/// <param name="Code">The opcode of the table (4–8), or the id of the query with the top bit set.</param>
public readonly record struct Input(byte Code)
{
    private const byte EmissionBit = 0x80;

    /// <summary>The batches of a table.</summary>
    public static Input Of(Table table) => new(table.Opcode);

    /// <summary>What the shards emit for a query.</summary>
    public static Input EmissionsOf(Query query) => EmissionsOf(query.Id);

    /// <summary>What the shards emit for a query.</summary>
    /// <param name="query">The id of the query.</param>
    public static Input EmissionsOf(byte query) => new((byte)(query | EmissionBit));

    /// <summary>Whether these are emissions, and not the batches of a table.</summary>
    public bool IsEmissions => (Code & EmissionBit) != 0;

    /// <summary>The table, or null.</summary>
    public Table? Table
    {
        get
        {
            var code = Code;
            return TableRegistry.All.FirstOrDefault(table => table.Opcode == code);
        }
    }

    /// <summary>The query whose emissions these are, or null.</summary>
    public Query? Query
    {
        get
        {
            var id = Code & ~EmissionBit;
            return IsEmissions ? QueryRegistry.All.FirstOrDefault(query => query.Id == id) : null;
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Table?.Name ?? (Query is { } query ? $"emissions of {query.Name}" : $"input {Code}");
}
