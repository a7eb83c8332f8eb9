namespace CoffeeShop.Tables;

/// <summary>The receipts: who bought where and when, and what was paid.</summary>
public static class Transactions
{
    /// <summary>The receipt. Results return its bytes as they were in the input.</summary>
    public static readonly TextColumn TransactionId = Column.Text("transaction_id");

    /// <summary>The store that sold.</summary>
    public static readonly Column<int> StoreId = Column.Id("store_id");

    /// <summary>The member who bought, or <see cref="Column.NoId"/> for a guest.</summary>
    public static readonly Column<int> UserId = Column.OptionalId("user_id");

    /// <summary>What was paid, after discounts.</summary>
    public static readonly Column<Money> FinalAmount = Column.Money("final_amount");

    /// <summary>When it was paid, on the store's clock.</summary>
    public static readonly Column<LocalDateTime> CreatedAt = Column.DateTime("created_at");

    /// <summary>The table.</summary>
    public static readonly Table Table = new("transactions", opcode: 7, TransactionId, StoreId, UserId, FinalAmount, CreatedAt)
    {
        WireKeys = ["transaction_id", "store_id", "payment_method_id", "user_id", "original_amount", "discount_applied", "final_amount", "created_at"],
    };
}
