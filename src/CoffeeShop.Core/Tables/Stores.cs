namespace CoffeeShop.Tables;

/// <summary>The shops: one row per store. A dimension table, read for the names of stores.</summary>
public static class Stores
{
    /// <summary>The store.</summary>
    public static readonly Column<int> StoreId = Column.Id("store_id");

    /// <summary>What the store is called.</summary>
    public static readonly TextColumn StoreName = Column.Text("store_name");

    /// <summary>The table.</summary>
    public static readonly Table Table = new("stores", opcode: 5, StoreId, StoreName)
    {
        WireKeys = ["store_id", "store_name", "street", "postal_code", "city", "state", "latitude", "longitude"],
    };
}
