using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using CoffeeShop.Client;
using CoffeeShop.Protocol;
using CoffeeShop.Tables;

namespace CoffeeShop.Tests.Client;

/// <summary>What a server that speaks version 1 only gets.</summary>
[Trait("suite", "sessions")]
public sealed class Version1SessionTests : IDisposable
{
    private static readonly Dictionary<Table, string> Keys = new()
    {
        [MenuItems.Table] = "product_id name category price is_seasonal available_from available_to",
        [Stores.Table] = "store_id store_name street postal_code city state latitude longitude",
        [Users.Table] = "user_id gender birthdate registered_at",
        [Transactions.Table] = "transaction_id store_id payment_method_id user_id original_amount discount_applied final_amount created_at",
        [TransactionItems.Table] = "transaction_id item_id quantity unit_price subtotal created_at",
    };

    private readonly Sending _sending = new();
    private readonly List<TableRows> _batches = [];
    private readonly List<IMessage> _messages = [];

    public void Dispose() => _sending.Dispose();

    [Fact]
    public async Task Rows_have_exactly_the_keys_of_the_documents_and_empty_values_for_what_the_files_lack()
    {
        _sending.Shop.Write("stores.csv", "city,store_id,extra,store_name\n\"New, \"\"York\"\"\",1,x,G Coffee\n");
        _sending.Shop.Write("menu_items.csv", "item_id,item_name,price\n1,Latte,3.50\n");
        await using var server = new ScriptedServer((_, peer) => TakeAll(peer));
        var report = await _sending.SendVersion1Async(server);
        server.Check();
        foreach (var batch in _batches)
            Assert.All(Rows(batch), row => Assert.Equal(Keys[batch.Table], string.Join(' ', row.Select(pair => pair.Key))));
        Assert.Equal("1|G Coffee|||New, \"York\"|||", Values(Stores.Table));
        Assert.Equal("1|Latte||3.50|||", Values(MenuItems.Table));
        Assert.Equal("t1|1||7.0|||78.00|2024-01-02 10:00:00", Values(Transactions.Table));
        Assert.Equal(2, report.RowsSent[Transactions.Table]);
        Assert.Empty(report.ResultRows);
    }

    [Fact]
    public async Task The_last_batch_of_each_file_says_so_and_each_table_ends_with_its_last_number()
    {
        _sending.Shop.Write("transactions_2.csv", "transaction_id,store_id,user_id,final_amount,created_at\nt4,1,,1,2024-01-03 10:00:00\n");
        _sending.Shop.Write("transactions_3.csv", "transaction_id,store_id,user_id,final_amount,created_at\n");
        await using var server = new ScriptedServer((_, peer) => TakeAll(peer));
        await _sending.SendVersion1Async(server);
        server.Check();
        Assert.Equal(
            [(1, BatchStatus.Continue), (2, BatchStatus.EndOfFile), (3, BatchStatus.EndOfFile)],
            _batches.Where(batch => batch.Table == Transactions.Table).Select(batch => (batch.Number, batch.Status)));
        Assert.All(_batches, batch => Assert.Equal(1, batch.Count));
        Assert.Equal(TableRegistry.All, _messages.OfType<EndOfTable>().Select(end => end.Table));
        Assert.Equal(new EndOfTable(Transactions.Table, 3, HashSum: null), _messages.OfType<EndOfTable>().Single(end => end.Table == Transactions.Table));
        Assert.Equal(new Finished(7), _messages[^1]);
    }

    [Fact]
    public async Task Rejected_rows_are_not_sent()
    {
        _sending.Shop.Spoil();
        await using var server = new ScriptedServer((_, peer) => TakeAll(peer));
        var report = await _sending.SendVersion1Async(server);
        server.Check();
        Assert.Equal(1, report.Rejections.CountOf(Transactions.Table));
        Assert.Equal(2, _batches.Count(batch => batch.Table == Transactions.Table));
    }

    [Fact]
    public async Task Bytes_that_are_no_text_in_a_column_that_no_query_reads_do_not_stop_anything()
    {
        _sending.Shop.Write("users.csv", "user_id,gender,birthdate\n7,a\u00FFb,1973-10-31\n");
        await using var server = new ScriptedServer((_, peer) => TakeAll(peer));
        await _sending.SendVersion1Async(server);
        server.Check();
        Assert.Equal("7|a?b|1973-10-31|", Values(Users.Table));
    }

    [Fact]
    public async Task Strict_input_with_a_rejected_row_cancels_the_session()
    {
        _sending.Shop.Spoil();
        _sending.Options = _sending.Options with { IsStrict = true };
        await using var server = new ScriptedServer((_, peer) => TakeAll(peer));
        Assert.True((await _sending.SendVersion1Async(server)).IsRefused);
        server.Check();
        Assert.Equal(BatchStatus.Cancel, _batches[^1].Status);
        Assert.DoesNotContain(_messages, message => message is Finished);
    }

    [Fact]
    public async Task A_batch_that_fails_is_an_error()
    {
        await using var server = new ScriptedServer(async (_, peer) =>
        {
            await peer.ReadAsync();
            await peer.WriteAsync(BatchReceived.Failure);
            await peer.DrainAsync();
        });
        await Assert.ThrowsAsync<ClientException>(() => _sending.SendVersion1Async(server));
    }

    [Fact]
    public async Task A_connection_that_is_lost_is_an_error_and_not_tried_again()
    {
        await using var server = new ScriptedServer(async (_, peer) => await peer.ReadAsync());
        var e = await Assert.ThrowsAsync<ClientException>(() => _sending.SendVersion1Async(server));
        Assert.Contains("void", e.Message, StringComparison.Ordinal);
        Assert.Equal(1, server.Connections);
    }

    private async Task TakeAll(Peer peer)
    {
        while (await peer.ReadAsync() is { } message)
        {
            _messages.Add(message);
            if (message is Finished) return;
            if (message is TableRows rows) _batches.Add(rows);
            await peer.WriteAsync(BatchReceived.Success);
        }
    }

    private string Values(Table table) =>
        string.Join('|', _batches.Where(batch => batch.Table == table && batch.Count > 0).SelectMany(Rows).First().Select(pair => pair.Value));

    /// <summary>The rows as they stand on the wire, in the order of their pairs.</summary>
    private static List<List<KeyValuePair<string, string>>> Rows(TableRows batch)
    {
        var bytes = batch.Rows.ToArray();
        var at = 0;
        List<List<KeyValuePair<string, string>>> rows = [];
        while (rows.Count < batch.Count)
        {
            List<KeyValuePair<string, string>> row = [];
            for (var pairs = Number(); pairs > 0; pairs--) row.Add(new(Text(), Text()));
            rows.Add(row);
        }

        Assert.Equal(bytes.Length, at);
        return rows;

        int Number() => BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan((at += sizeof(int)) - sizeof(int)));

        string Text()
        {
            var length = Number();
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes, (at += length) - length, length);
        }
    }
}
