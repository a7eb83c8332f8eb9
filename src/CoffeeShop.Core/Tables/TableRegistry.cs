using System.Collections.Immutable;

namespace CoffeeShop.Tables;

/// <summary>The tables of the analyzer: a new one is one file and one line here.</summary>
public static class TableRegistry
{
    /// <summary>All tables, in the order in which they are read and sent: what others refer to comes first.</summary>
    public static ImmutableArray<Table> All { get; } =
    [
        MenuItems.Table,
        Stores.Table,
        Users.Table,
        Transactions.Table,
        TransactionItems.Table,
    ];

    /// <summary>Tables of the published dataset that no query reads; their files are known and skipped.</summary>
    public static ImmutableArray<string> Skipped { get; } = ["vouchers", "payment_methods"];
}
