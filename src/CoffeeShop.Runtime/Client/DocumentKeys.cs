using System.Collections.Immutable;
using CoffeeShop.Tables;

namespace CoffeeShop.Client;

/// <summary>The keys of a row of version 1, in the order of the documents. Servers of others want exactly these.</summary>
internal static class DocumentKeys
{
    private static readonly Dictionary<Table, ImmutableArray<string>> Keys = new()
    {
        [MenuItems.Table] = ["product_id", "name", "category", "price", "is_seasonal", "available_from", "available_to"],
        [Stores.Table] = ["store_id", "store_name", "street", "postal_code", "city", "state", "latitude", "longitude"],
        [TransactionItems.Table] = ["transaction_id", "item_id", "quantity", "unit_price", "subtotal", "created_at"],
        [Transactions.Table] = ["transaction_id", "store_id", "payment_method_id", "user_id", "original_amount", "discount_applied", "final_amount", "created_at"],
        [Users.Table] = ["user_id", "gender", "birthdate", "registered_at"],
    };

    /// <summary>The keys of a table.</summary>
    public static ImmutableArray<string> Of(Table table) => Keys[table];
}
