namespace CoffeeShop.Tables;

/// <summary>The lines of the receipts: an item, how many of it, and what they cost together.</summary>
public static class TransactionItems
{
    /// <summary>The item that was sold.</summary>
    public static readonly Column<int> ItemId = Column.Id("item_id", alias: "product_id");

    /// <summary>How many of it were sold; returns are negative.</summary>
    public static readonly Column<long> Quantity = Column.Whole("quantity");

    /// <summary>What they cost together.</summary>
    public static readonly Column<Money> Subtotal = Column.Money("subtotal");

    /// <summary>When they were sold, on the store's clock.</summary>
    public static readonly Column<LocalDateTime> CreatedAt = Column.DateTime("created_at");

    /// <summary>The table.</summary>
    public static readonly Table Table = new("transaction_items", opcode: 6, ItemId, Quantity, Subtotal, CreatedAt)
    {
        WireKeys = ["transaction_id", "item_id", "quantity", "unit_price", "subtotal", "created_at"],
    };
}
