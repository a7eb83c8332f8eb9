using CoffeeShop.Tables;

namespace CoffeeShop.Generation;

/// <summary>Edge cases of the menu and of the stores.</summary>
internal static class EdgeDimensions
{
    private const string MenuHeader = "item_id,item_name,category,price,is_seasonal,available_from,available_to";
    private const string StoreHeader = "store_id,store_name,street,postal_code,city,state,latitude,longitude";

    public static IEnumerable<EdgeFile> Files() => [MenuTexts(), MenuAliases(), MenuMalformed(), StoreTexts(), StoreOrder(), StoreMalformed()];

    private static EdgeFile MenuTexts() => new EdgeFile(MenuItems.Table, "texts", MenuHeader)
        .Rows(
            "21,\"Latte, \"\"double\"\"\",coffee,12.0,False,,",
            "22,\"Two\nlines\",coffee,12.0,False,,",
            "23,Café Größe 抹茶 ☕ 🍵,coffee,12.0,False,,",
            "24,=1+1,coffee,12.0,False,,",
            "0025,back\\slash\tand tab,coffee,12.0,False,,",
            "26.0, spaces are text ,coffee,no number in a column that is ignored,False,,",
            // Equal quantities, then equal profits: the lower id wins, not the one that is read first.
            "32,Tie higher,coffee,1.0,False,,",
            "31,Tie lower,coffee,1.0,False,,",
            // A repeated id keeps the ordinally smallest name, by its bytes: U+FF21 is before U+1F375 in UTF-8, but not in UTF-16.
            "33,🍵,coffee,1.0,False,,",
            "33,Ａ,coffee,1.0,False,,",
            "34,b,coffee,1.0,False,,",
            "34,a,coffee,1.0,False,,",
            "34,B,coffee,1.0,False,,",
            "2147483647,Highest id,coffee,1.0,False,,");

    private static EdgeFile MenuAliases() => new EdgeFile(MenuItems.Table, "aliases", "price,name,extra,product_id", lineEnd: "\r\n", hasMark: true)
        .Rows("1.0,Alias,,41", "", "1.0,\"Quoted, alias\",,42", "1.0,\"ends in quotes\",,\"43\"")
        .WithoutFinalLineEnd();

    private static EdgeFile MenuMalformed() => new EdgeFile(MenuItems.Table, "malformed", MenuHeader)
        .Rejected(null, "51,too short,coffee", "52,too long,coffee,1.0,False,,,")
        .Rejected(MenuItems.ItemId, "-1,negative,coffee,1.0,False,,", "2147483648,too high,coffee,1.0,False,,", ",empty,coffee,1.0,False,,")
        .Rejected(MenuItems.ItemName, "53,,coffee,1.0,False,,", "54,\"\",coffee,1.0,False,,")
        .RejectedWithBytes(MenuItems.ItemName, [0xC3, 0x28], "55,broken ?,coffee,1.0,False,,")
        .Rejected(null, "56,stray \" quote,coffee,1.0,False,,", "57,\"closed\" and on,coffee,1.0,False,,");

    private static EdgeFile StoreTexts() => new EdgeFile(Stores.Table, "texts", StoreHeader)
        .Rows(
            "21,\"Corner, \"\"The Cup\"\"\",\"Way\n1\",1,City,State,1.0,1.0",
            "22,\"Two\nlines\r\nand three\",Way 2,1,City,State,1.0,1.0",
            "23,Kaffeehaus Süß 珈琲店 🏪,Way 3,1,City,State,1.0,1.0",
            "24,@formula,Way 4,1,City,State,1.0,1.0",
            "25,\\ / \t escapes,Way 5,1,City,State,far,\"\"",
            // A generated store again: its name would change if a later row won.
            "1,zzz Later name of store 1,Way 1,1,City,State,1.0,1.0",
            "26,Second name,Way 6,1,City,State,1.0,1.0",
            "26,First name,Way 6,1,City,State,1.0,1.0",
            "27,Same name,Way 7,1,City,State,1.0,1.0",
            "28,Same name,Way 8,1,City,State,1.0,1.0")
        .WithBytes([0xFF, 0xFE], "29,Bytes in an ignored column,?,1,City,State,1.0,1.0");

    private static EdgeFile StoreOrder() => new EdgeFile(Stores.Table, "order", "\"city\",\"store_name\",\"store_id\"", lineEnd: "\r\n")
        .Rows("", "City,Another order,31", "", "", "City,\"Quoted, in another order\",32.0")
        .WithoutFinalLineEnd();

    private static EdgeFile StoreMalformed() => new EdgeFile(Stores.Table, "malformed", StoreHeader)
        .Rejected(null, "41", "42,a,b,c,d,e,f,g,h", " ")
        .Rejected(Stores.StoreId, "x,Name,,,,,,", "4 1,Name,,,,,,", "41.5,Name,,,,,,", "+41,Name,,,,,,", "99999999999999999999,Name,,,,,,")
        .Rejected(Stores.StoreName, "43,,Way,1,City,State,1.0,1.0")
        .RejectedWithBytes(Stores.StoreName, [0xED, 0xA0, 0x80], "44,surrogate ?,Way,1,City,State,1.0,1.0")
        .Rejected(null, "45,a\"b,Way,1,City,State,1.0,1.0", "46,\"a\"b,Way,1,City,State,1.0,1.0");
}
