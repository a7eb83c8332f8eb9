using System.Collections.Immutable;

namespace CoffeeShop.Generation;

/// <summary>What the chain is: its menu, as published, and shops and payment methods, which are invented.</summary>
internal static class Chain
{
    /// <summary>Prices in thousandths by item id; there is no item 0.</summary>
    public static readonly ImmutableArray<int> Prices = [0, 6000, 7000, 8000, 8000, 9000, 9500, 9000, 10000];

    /// <summary>The number of items; ids are from 1.</summary>
    public const int Items = 8;

    /// <summary>The number of shops; ids are from 1.</summary>
    public const int Stores = 10;

    /// <summary>The number of payment methods; ids are from 1.</summary>
    public const int PaymentMethods = 5;

    /// <summary>The file of menu items.</summary>
    public static ReadOnlySpan<byte> MenuItemsFile => """
        item_id,item_name,category,price,is_seasonal,available_from,available_to
        1,Espresso,coffee,6.0,False,,
        2,Americano,coffee,7.0,False,,
        3,Latte,coffee,8.0,False,,
        4,Cappuccino,coffee,8.0,False,,
        5,Flat White,coffee,9.0,False,,
        6,Mocha,coffee,9.5,False,,
        7,Hot Chocolate,non-coffee,9.0,False,,
        8,Matcha Latte,non-coffee,10.0,False,,

        """u8;

    /// <summary>The file of stores. Places and streets are in no atlas.</summary>
    public static ReadOnlySpan<byte> StoresFile => """
        store_id,store_name,street,postal_code,city,state,latitude,longitude
        1,Harbour Lights Coffee,Lantern Quay 4,10110,Port Amber,Coastland,4.101,98.2043
        2,Old Mill Coffee,Miller's Row 17,10245,Port Amber,Coastland,4.1187,98.2311
        3,Tramway Coffee,Depot Street 88,10362,Port Amber,Coastland,4.0923,98.2507
        4,Botanical Coffee,Fernery Walk 2,11520,Greenholm,Coastland,4.2754,98.3162
        5,Clock Tower Coffee,Bell Square 1,11534,Greenholm,Coastland,4.2791,98.3205
        6,Riverside Coffee,Ferry Steps 9,12077,Two Bridges,Uplands,4.5066,98.4418
        7,Printworks Coffee,Folio Lane 31,12083,Two Bridges,Uplands,4.5102,98.4479
        8,Station Coffee,Platform Road 3,13900,Highfield,Uplands,4.7338,98.6021
        9,Observatory Coffee,Meridian Hill 12,13911,Highfield,Uplands,4.7415,98.6114
        10,Market Hall Coffee,Saffron Arcade 6,14208,Kestrel Bay,Uplands,4.8127,98.7250

        """u8;

    /// <summary>The file of payment methods.</summary>
    public static ReadOnlySpan<byte> PaymentMethodsFile => """
        method_id,method_name,category
        1,cash,cash
        2,credit_card,card
        3,debit_card,card
        4,amber_pay,ewallet
        5,kestrel_wallet,ewallet

        """u8;
}
