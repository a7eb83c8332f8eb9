using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using CoffeeShop.Delivery;
using CoffeeShop.Protocol;
using CoffeeShop.Queries;
using CoffeeShop.Tables;
using CoffeeShop.Tests.Queries;
using CoffeeShop.Tests.Tidy;

namespace CoffeeShop.Tests.Protocol;

/// <summary>The bytes on the page of the specification are the bytes on the wire.</summary>
public sealed partial class GoldenTests
{
    private static readonly string Page = Repository.Read("docs/protocol.md");
    private static readonly Dictionary<string, byte[]> Blocks = Golden().Matches(Page).ToDictionary(block => block.Groups["title"].Value, block => Bytes(block.Groups["lines"].Value));
    private static readonly Dictionary<string, IMessage> Messages = Expected();

    public static TheoryData<string> Titles => [.. Blocks.Keys];

    [Theory]
    [MemberData(nameof(Titles))]
    public void A_message_is_written_as_the_specification_shows_it(string title) =>
        Assert.Equal(Convert.ToHexString(Blocks[title]), Convert.ToHexString(Shown.Frame(Messages[title])));

    [Theory]
    [MemberData(nameof(Titles))]
    public void A_message_is_read_as_the_specification_shows_it(string title)
    {
        var opcode = Blocks[title][0];
        var frame = Frame.Of(Blocks[title], RandomMessages.SenderOf(MessageRegistry.Of(opcode)));
        Assert.Equal(opcode, frame.Opcode);
        Assert.Equal(Convert.ToHexString(Blocks[title]), Convert.ToHexString(Shown.Frame(frame.Read())));
    }

    [Theory]
    [InlineData("NEW_MENU_ITEMS", "7|Café Latte")]
    [InlineData("NEW_STORES", "5|Centro")]
    [InlineData("NEW_TRANSACTION_ITEMS", "7|2|160000|2024-01-01 10:06:50")]
    [InlineData("NEW_TRANSACTIONS", "t-1|5|-1|785000|2024-01-01 10:06:50")]
    [InlineData("NEW_USERS", "1|1973-10-31", "2|2000-02-29")]
    [InlineData("COLUMNS", "t-1|5|-1|785000|2024-01-01 10:06:50", "café|7|46047|-5000|2024-01-01 10:06:51")]
    public void Its_rows_say_what_the_specification_says(string title, params string[] rows)
    {
        var reader = new DeepReader();
        Assert.Equal(1, reader.Read(new(Blocks[title]), Sender.Client, showsRows: true));
        Assert.Equal(rows.Select(row => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(row))), reader.Rows);
    }

    [Fact]
    public void Every_message_has_its_bytes_in_the_specification() => Assert.Equal(
        MessageRegistry.All.Select(type => type.Opcode).Order(), Blocks.Values.Select(block => block[0]).Distinct().Order());

    [Fact]
    public void The_table_of_messages_is_the_registry()
    {
        var rows = MessageRegistry.All.OrderBy(type => type.Opcode).Select(type => string.Join(" | ",
            $"| {type.Opcode}",
            type.Name,
            type.Senders.ToString().ToLowerInvariant(),
            type.BodyBytesMax switch { 0 => "empty", Frame.BodyBytesMax => "1 MiB", Frame.BusBodyBytesMax => "64 MiB", var bytes => bytes.ToString("#,0", CultureInfo.InvariantCulture) }));
        Assert.All(rows, row => Assert.Contains(row + " | ", Page, StringComparison.Ordinal));
    }

    [Fact]
    public void The_table_of_keys_is_that_of_the_tables() => Assert.All(TableRegistry.All, table => Assert.Contains(
        $"| {table} | {table.Opcode} | {string.Join(", ", table.WireKeys)} | {string.Join(", ", table.Columns.Select(column => column.Name))} |",
        Page, StringComparison.Ordinal));

    private static Dictionary<string, IMessage> Expected()
    {
        var key = new SessionKey(new SessionId(Guid.Parse("01936b2e-1c00-7abc-8def-0123456789ab")), Sequence(0));
        var rows = Shown.Columnar(Batches.Of(Transactions.Table, "t-1|5||78.5|2024-01-01 10:06:50", "café|7|46047|-0.5|2024-01-01 10:06:51"));
        ReadOnlySequence<byte> partials = new([1, 2, 3]);
        return new()
        {
            ["BATCH_RECV_SUCCESS"] = BatchReceived.Success,
            ["BATCH_RECV_FAIL"] = BatchReceived.Failure,
            ["FINISHED"] = new Finished(12345),
            ["NEW_MENU_ITEMS"] = Rows(MenuItems.Table, 1, BatchStatus.EndOfFile, "7|Café Latte|coffee|8.0|False||"),
            ["NEW_STORES"] = Rows(Stores.Table, 1, BatchStatus.EndOfFile, "5|Centro|Calle 1|01000|Centro|MX|1.5|-2.5"),
            ["NEW_TRANSACTION_ITEMS"] = Rows(TransactionItems.Table, 2, BatchStatus.Continue, "t-1|7|2|8.0|16.0|2024-01-01 10:06:50"),
            ["NEW_TRANSACTIONS"] = Rows(Transactions.Table, 2, BatchStatus.Continue, "t-1|5|1||80.0|1.5|78.5|2024-01-01 10:06:50"),
            ["NEW_USERS"] = Rows(Users.Table, 1, BatchStatus.Continue, "1|female|1973-10-31|2023-07-01 08:00:00", "2|male|2000-02-29|2023-07-01 09:00:00"),
            ["EOF of version 1"] = new EndOfTable(MenuItems.Table, 12, null),
            ["EOF of version 2"] = new EndOfTable(MenuItems.Table, 12, 0x00ff00ff12345678),
            ["HELLO"] = new Hello("agencia-1", "t0k3n", null, QueryOptions.Default, Sequence(0x40), 0),
            ["WELCOME"] = new Welcome(key, [new(MenuItems.Table, 1), new(Transactions.Table, 17)]),
            ["COLUMNS"] = new Columns(Transactions.Table, 3, BatchStatus.Continue, ContentHash.Of(rows), new(rows)),
            ["RESULT"] = new ResultPart(4096, new("{\"query\":\"q1\""u8.ToArray())),
            ["PROGRESS"] = new ServerProgress([new(Users.Table, 40)], 123, 1, 4),
            ["SESSION_END"] = new SessionEnd(SessionState.Complete, 150_000, Sequence(0x40), 0, [new(1, 2000), new(2, 12)]),
            ["ERROR"] = new ErrorMessage(ErrorCode.UnknownSession, "Unknown session."),
            ["PARTIALS"] = new BusPayload(Opcode.Partials, partials),
            ["ROWS"] = new BusPayload(Opcode.Rows, new("{}\n"u8.ToArray())),
            ["EMISSION"] = new BusPayload(Opcode.Emission, new([4])),
            ["DATA_BATCH"] = new DataBatch
            {
                TableIds = [7],
                QueryIds = [1, 3, 4],
                Flags = DataBatch.ColumnarFlag,
                BatchNumber = 3,
                Meta = [new(1, 1)],
                TotalShards = 8,
                ShardNumber = 2,
                Embedded = new Frame(Opcode.Partials, partials),
            },
        };
    }

    /// <summary>A message of rows, as our client of version 1 writes it.</summary>
    private static TableRows Rows(Table table, long number, BatchStatus status, params string[] rows)
    {
        var writer = new RowsWriter(table, rowsMax: 1000, () => new ArrayBufferWriter<byte>());
        foreach (var row in rows)
        {
            writer.BeginRow();
            foreach (var value in row.Split('|')) writer.Value(Encoding.UTF8.GetBytes(value));
            writer.EndRow();
        }

        return (TableRows)Frame.Of(writer.Flush(number, status).Frame.WrittenMemory, Sender.Client).Read();
    }

    private static Bytes32 Sequence(int first) => new([.. Enumerable.Range(first, Bytes32.Size).Select(value => (byte)value)]);

    private static byte[] Bytes(string lines) => [.. lines.Split('\n').SelectMany(line => HexPairs().Matches(line[..Math.Min(line.Length, 48)])).Select(pair => Convert.ToByte(pair.Value.Trim(), 16))];

    [GeneratedRegex("```golden (?<title>[^\n]+)\n(?<lines>[^`]*)```", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Golden();

    [GeneratedRegex(@"\G[0-9a-f]{2}( |$)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex HexPairs();
}
