using System.Text;
using CoffeeShop.Protocol;
using CoffeeShop.Tables;

namespace CoffeeShop.Tests.Gateway;

/// <summary>Messages of version 1 written byte by byte, as the documents draw them and without any code of ours.</summary>
internal static class RawRows
{
    public static readonly string[] MenuKeys = ["product_id", "name", "category", "price", "is_seasonal", "available_from", "available_to"];
    public static readonly string[] StoreKeys = ["store_id", "store_name", "street", "postal_code", "city", "state", "latitude", "longitude"];
    public static readonly string[] UserKeys = ["user_id", "gender", "birthdate", "registered_at"];
    public static readonly string[] ItemKeys = ["transaction_id", "item_id", "quantity", "unit_price", "subtotal", "created_at"];

    /// <summary>With the ninth column that real clients send.</summary>
    public static readonly string[] TransactionKeys =
        ["transaction_id", "store_id", "payment_method_id", "voucher_id", "user_id", "original_amount", "discount_applied", "final_amount", "created_at"];

    public static IReadOnlyDictionary<Table, string[]> Keys { get; } = new Dictionary<Table, string[]>
    {
        [MenuItems.Table] = MenuKeys,
        [Stores.Table] = StoreKeys,
        [Users.Table] = UserKeys,
        [Transactions.Table] = TransactionKeys,
        [TransactionItems.Table] = ItemKeys,
    };

    /// <summary>A batch: <c>[opcode u8][length i32][rows i32][number i64][status u8]</c>, then each row.</summary>
    public static byte[] Batch(Table table, long number, BatchStatus status, params IReadOnlyList<(string Key, string Value)>[] rows)
    {
        var body = new MemoryStream();
        using var writer = new BinaryWriter(body);
        writer.Write(rows.Length);
        writer.Write(number);
        writer.Write((byte)status);
        foreach (var row in rows)
        {
            writer.Write(row.Count);
            foreach (var (key, value) in row)
            {
                Text(writer, key);
                Text(writer, value);
            }
        }

        return Frame(table.Opcode, body.ToArray());
    }

    /// <summary>EOF of a table. Its number is 0, as real clients send it.</summary>
    public static byte[] End(Table table)
    {
        var body = new MemoryStream();
        using var writer = new BinaryWriter(body);
        writer.Write(1);
        writer.Write(0L);
        writer.Write((byte)1);
        writer.Write(1);
        Text(writer, "table_type");
        Text(writer, table.Name);
        return Frame(9, body.ToArray());
    }

    public static byte[] Finished(int agency) => Frame(3, BitConverter.GetBytes(agency));

    public static byte[] Frame(byte opcode, params byte[] body) => [opcode, .. BitConverter.GetBytes(body.Length), .. body];

    /// <summary>A row of the table from a line of CSV, its keys in the order of the documents.</summary>
    public static IReadOnlyList<(string Key, string Value)> Row(Table table, string line) => [.. Keys[table].Zip(line.Split(','))];

    private static void Text(BinaryWriter writer, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        writer.Write(bytes.Length);
        writer.Write(bytes);
    }
}
