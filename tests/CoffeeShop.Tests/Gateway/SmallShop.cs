using CoffeeShop.Protocol;
using CoffeeShop.Tables;
using CoffeeShop.Tests.Cli;
using CoffeeShop.Tests.Queries;

namespace CoffeeShop.Tests.Gateway;

/// <summary>The data of <see cref="Shop"/>, as messages of version 2.</summary>
internal static class SmallShop
{
    public static Columns MenuBatch { get; } = RawClient.Columns(Batches.Of(MenuItems.Table, "1|Latte"), 1);

    public static Columns StoresBatch { get; } = RawClient.Columns(Batches.Of(Stores.Table, "1|G Coffee"), 1);

    public static Columns UsersBatch { get; } = RawClient.Columns(Batches.Of(Users.Table, "7|1973-10-31"), 1);

    public static Columns FirstTransaction { get; } = RawClient.Columns(Batches.Of(Transactions.Table, "t1|1|7|78.00|2024-01-02 10:00:00"), 1);

    public static Columns SecondTransaction { get; } = RawClient.Columns(Batches.Of(Transactions.Table, "t2|1|7|40.125|2024-01-03 10:00:00"), 2);

    public static Columns ItemsBatch { get; } = RawClient.Columns(Batches.Of(TransactionItems.Table, "1|3|24.50|2024-01-02 10:00:00"), 1);

    /// <summary>All batches.</summary>
    public static Columns[] All => [MenuBatch, StoresBatch, UsersBatch, FirstTransaction, SecondTransaction, ItemsBatch];

    /// <summary>The ends of all tables.</summary>
    public static EndOfTable[] Ends =>
    [
        RawClient.End(MenuItems.Table, MenuBatch), RawClient.End(Stores.Table, StoresBatch), RawClient.End(Users.Table, UsersBatch),
        RawClient.End(Transactions.Table, FirstTransaction, SecondTransaction), RawClient.End(TransactionItems.Table, ItemsBatch),
    ];

    /// <summary>Begins a session, sends everything and receives all acknowledgements.</summary>
    public static async Task<Welcome> SendAsync(RawClient client, string token = "")
    {
        await client.SendAsync(RawClient.Hello(token));
        var welcome = await client.ReceiveAsync<Welcome>();
        await client.SendAsync([.. All, .. Ends, new Finished(1)]);
        for (var i = 0; i < All.Length + Ends.Length; i++) Assert.Same(BatchReceived.Success, await client.ReceiveAsync());
        return welcome;
    }

    /// <summary>Receives the rest of a result, and what it must be.</summary>
    public static async Task<(string Result, SessionEnd End)> ReceiveResultAsync(RawClient client, long offset = 0)
    {
        var bytes = new MemoryStream();
        while (true)
        {
            switch (await client.ReceiveAsync())
            {
                case ResultPart part:
                    Assert.Equal(offset + bytes.Length, part.Offset);
                    foreach (var segment in part.Bytes) bytes.Write(segment.Span);
                    break;
                case SessionEnd end:
                    Assert.Null(await client.ReceiveAsync());
                    return (System.Text.Encoding.UTF8.GetString(bytes.ToArray()), end);
                case ServerProgress:
                    break;
                case var other:
                    throw new InvalidOperationException($"Received {other?.ToString() ?? "the end"}, expected the result.");
            }
        }
    }
}
