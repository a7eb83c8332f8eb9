namespace CoffeeShop.Tables;

/// <summary>The menu: one row per item that is sold. A dimension table, read for the names of items.</summary>
public static class MenuItems
{
    /// <summary>The item.</summary>
    public static readonly Column<int> ItemId = Column.Id("item_id", alias: "product_id");

    /// <summary>What the item is called.</summary>
    public static readonly TextColumn ItemName = Column.Text("item_name", alias: "name");

    /// <summary>The table.</summary>
    public static readonly Table Table = new("menu_items", opcode: 4, ItemId, ItemName)
    {
        WireKeys = ["product_id", "name", "category", "price", "is_seasonal", "available_from", "available_to"],
    };
}
