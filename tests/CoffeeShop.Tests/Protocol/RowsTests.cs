using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using CoffeeShop.Csv;
using CoffeeShop.Protocol;
using CoffeeShop.Tables;
using CoffeeShop.Tests.Oracle;

namespace CoffeeShop.Tests.Protocol;

public sealed class RowsTests
{
    private readonly List<string> _rejected = [];

    [Fact]
    public void Keys_may_come_in_any_order_and_others_are_passed_over()
    {
        string[][] row =
        [
            ["transaction_id", "a"], ["store_id", "5"], ["payment_method_id", "1"], ["voucher_id", ""], ["user_id", "46047.0"],
            ["original_amount", "78"], ["discount_applied", "0"], ["final_amount", "78.5"], ["created_at", "2024-01-01 10:06:50"], ["another", "\0"],
        ];
        Seeds.Check(0, 50, (random, _) => Assert.Equal(
            ["a|5|46047|785000|2024-01-01 10:06:50"], Read(Transactions.Table, 1, Row(random.Shuffled(row)))));
    }

    [Theory]
    [InlineData("item_id", "item_name")]
    [InlineData("product_id", "name")]
    [InlineData("product_id", "item_name")]
    public void A_menu_item_is_read_under_either_name(string id, string name) =>
        Assert.Equal(["7|Latte"], Read(MenuItems.Table, 1, Row([name, "Latte"], [id, "7"])));

    [Fact]
    public void A_value_that_does_not_fit_rejects_its_row_alone()
    {
        var rows = Read(Users.Table, 4,
            [.. Row(["user_id", "1"], ["birthdate", "2000-01-01"]), .. Row(["user_id", ""], ["birthdate", "2000-01-01"]),
                .. Row(["user_id", "2"], ["birthdate", "2001-02-29"]), .. Row(["birthdate", "2000-01-02"], ["user_id", "3"])]);
        Assert.Equal(["1|2000-01-01", "3|2000-01-02"], rows);
        Assert.Equal(["row 1 user_id: ", "row 2 birthdate: 2001-02-29"], _rejected);
    }

    [Theory]
    [InlineData(255, "x")]
    [InlineData(256, "x")]
    [InlineData(257, "x")]
    [InlineData(700, "x")]
    [InlineData(700, "é")]
    public void Rows_of_several_messages_are_appended_and_each_that_is_wrong_is_named_by_its_place(int count, string letter)
    {
        int[] wrong = [.. ((int[])[0, 100, 255, 256, 511, 600, count - 1]).Where(row => row < count).Distinct()];
        var batch = new Batch(Transactions.Table);
        List<string> expected = [];
        for (var message = 0; message < 3; message++)
        {
            List<byte> rows = [];
            List<int> rejected = [];
            for (var row = 0; row < count; row++)
            {
                // The last message is right as a whole; texts are shorter and longer than what is copied at once.
                var isWrong = message < 2 && wrong.Contains(row);
                var id = string.Concat(Enumerable.Repeat(letter, 1 + (row % 70)));
                rows.AddRange(Row(
                    ["transaction_id", id], ["store_id", isWrong ? "-" : $"{row % 10}"], ["payment_method_id", "1"], ["user_id", ""],
                    ["original_amount", "78"], ["discount_applied", "0"], ["final_amount", $"{message}.5"], ["created_at", "2024-01-01 10:06:50"]));
                if (!isWrong) expected.Add($"{Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(id))}|{row % 10}|-1|{(message * 10_000) + 5000}|2024-01-01 10:06:50");
            }

            RowsReader.Append([.. rows], count, batch, (row, column, _) =>
            {
                Assert.Equal(Transactions.StoreId, column);
                rejected.Add(row);
            });
            Assert.Equal(message < 2 ? wrong : [], rejected);
        }

        Assert.Equal(expected, Shown.Rows(batch));
    }

    public static TheoryData<string, byte[], int> Wrong => new()
    {
        { "found no birthdate", Row(["user_id", "1"], ["gender", "a long enough value"]), 1 },
        { "found no user_id", [.. Row(), .. new byte[40]], 1 },
        { "found user_id twice", Row(["user_id", "1"], ["user_id", "1"], ["birthdate", "2000-01-01"]), 1 },
        { "found a key twice", Row(["user_id", "1"], ["gender", "f"], ["birthdate", "2000-01-01"], ["gender", "f"]), 1 },
        { "found a key twice", Row(["user_id", "1"], ["x", "1"], ["y", "1"], ["x", "2"], ["birthdate", "2000-01-01"]), 1 },
        { "found a key twice", Row(["user_id", "1"], ["", "1"], ["", "1"], ["birthdate", "2000-01-01"]), 1 },
        { "found 2 rows, expected 0 to 1", Row(["user_id", "1"], ["birthdate", "2000-01-01"]), 2 },
        { "found -1 rows", Row(["user_id", "1"], ["birthdate", "2000-01-01"]), -1 },
        { "expected the end of the body", Row(["user_id", "1"], ["birthdate", "2000-01-01"]), 0 },
        { "expected the end of the body", [.. Row(["user_id", "1"], ["birthdate", "2000-01-01"]), 0], 1 },
        { "for the length of a value", Row(["user_id", "1"], ["birthdate", "2000-01-01"])[..^1], 1 },
        { "for pairs, expected 0 to 64", Row([.. Enumerable.Range(0, 65).Select(i => new[] { $"{i}", "" })]), 1 },
        { "for the length of a key, expected 0 to 255", Row(["user_id", "1"], ["birthdate", "2000-01-01"], [new string('x', 256), ""]), 1 },
        { "no UTF-8", Row(["user_id", "1"], ["birthdate", "2000-01-01"], ["gender", "\uFFFF"]).Select(b => b == 0xBF ? (byte)0xFF : b).ToArray(), 1 },
        { "no UTF-8", Row(["user_id", "1"], ["birthdate", "2000-01-01"], ["\uFFFF", ""]).Select(b => b == 0xBF ? (byte)0xFF : b).ToArray(), 1 },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void What_is_no_row_at_all_is_an_error_that_says_what_was_found(string message, byte[] rows, int count)
    {
        var batch = new Batch(Users.Table);
        var error = Assert.Throws<ProtocolException>(() => RowsReader.Append(rows, count, batch, (_, _, _) => { }));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Equal(0, batch.Count);
    }

    public static TheoryData<string, string[][]> UnlikeTheFirst => new()
    {
        { "no user_id", [["user_ie", "2"], ["birthdate", "2000-01-01"], ["x", ""]] },
        { "user_id twice", [["user_id", "2"], ["user_id", "2"], ["birthdate", "2000-01-01"]] },
        { "a key twice", [["birthdate", "2000-01-01"], ["x", "2"], ["x", ""], ["user_id", "2"]] },
        { "", [["user_id", "2"], ["birthdate", "2000-01-01"], ["y", ""]] },
        { "", [["user_id", "2"], ["birthdate", "2000-01-01"], ["x", ""], ["y", ""]] },
        { "", [["x", "2"], ["birthdate", "2000-01-01"], ["user_id", "2"]] },
    };

    [Theory]
    [MemberData(nameof(UnlikeTheFirst))]
    public void A_row_is_read_by_its_own_keys_and_not_by_those_of_the_row_before(string error, string[][] second)
    {
        string[][] first = [["user_id", "2"], ["birthdate", "2000-01-01"], ["x", "a longer value, so that there is room for any key behind it"]];
        byte[] rows = [.. Row(first), .. Row(second), .. Row(first)];
        var batch = new Batch(Users.Table);
        if (error.Length > 0)
        {
            Assert.Contains(error, Assert.Throws<ProtocolException>(() => RowsReader.Append(rows, 3, batch, (_, _, _) => { })).Message, StringComparison.Ordinal);
            return;
        }

        RowsReader.Append(rows, 3, batch, (_, _, _) => Assert.Fail("No row is wrong."));
        Assert.Equal([2, 2, 2], batch.Values(Users.UserId));
    }

    [Fact]
    public void A_frame_is_cut_before_the_row_that_does_not_fit()
    {
        var writer = NewWriter(Users.Table, rowsMax: 1000);
        List<(ArrayBufferWriter<byte> Frame, int Rows)> frames = [];
        var sizes = (int[])[400_000, 400_000, 400_000, 1, 1_048_400, 1, 1];
        foreach (var bytes in sizes)
        {
            Add(writer, new string('x', bytes));
            if (writer.IsFull) frames.Add(writer.Flush(frames.Count, BatchStatus.Continue));
        }

        while (writer.Count > 0) frames.Add(writer.Flush(frames.Count, BatchStatus.EndOfFile));
        Assert.Equal([2, 2, 1, 2], frames.Select(frame => frame.Rows));
        List<int> written = [];
        for (var number = 0; number < frames.Count; number++)
        {
            var rows = (TableRows)Frame.Of(frames[number].Frame.WrittenMemory, Sender.Client).Read();
            Assert.Equal((number, frames[number].Rows), (rows.Number, rows.Count));
            var batch = new Batch(Users.Table);
            RowsReader.Append(rows.Rows.ToArray(), rows.Count, batch, (_, _, _) => Assert.Fail("No row is wrong."));
            Assert.Equal(rows.Count, batch.Count);
            written.AddRange(Encoding.UTF8.GetString(rows.Rows.ToArray()).Split("birthdate")[..^1].Select(row => row.Count(c => c == 'x')));
        }

        Assert.Equal(sizes, written);
    }

    [Fact]
    public void A_frame_has_at_most_so_many_rows()
    {
        var writer = NewWriter(Users.Table, rowsMax: 2);
        List<int> counts = [];
        for (var i = 0; i < 5; i++)
        {
            Add(writer, "f");
            if (writer.IsFull) counts.Add(writer.Flush(1, BatchStatus.Continue).Rows);
        }

        counts.Add(writer.Flush(1, BatchStatus.EndOfFile).Rows);
        Assert.Equal([2, 2, 1], counts);
    }

    [Fact]
    public void The_longest_record_fits_in_a_frame_of_either_version()
    {
        foreach (var table in TableRegistry.All)
        {
            // No field can be longer than the record, and each has its keys around it.
            var keys = WireKey.Of(table);
            var writer = NewWriter(table, rowsMax: 1);
            writer.BeginRow();
            for (var i = 0; i < keys.Length; i++) writer.Value(i == 0 ? new byte[Block.RecordBytesMax] : []);
            writer.EndRow();
            Assert.InRange(writer.Flush(1, BatchStatus.EndOfFile).Rows, 1, 1);

            var columnar = sizeof(int) + table.Columns.Sum(column => 16 + (column is TextColumn ? 0 : sizeof(long))) + Block.RecordBytesMax;
            Assert.True(columnar < Columns.RowsBytesMax);
        }
    }

    [Fact]
    public void What_is_no_text_in_a_column_that_no_query_reads_becomes_question_marks()
    {
        var writer = NewWriter(Users.Table, rowsMax: 10);
        writer.BeginRow();
        foreach (var value in (byte[][])["1"u8.ToArray(), [0xFF, (byte)'f', 0xE2, 0x82], "2000-01-01"u8.ToArray(), "é"u8.ToArray()]) writer.Value(value);
        writer.EndRow();
        var text = Encoding.UTF8.GetString(writer.Flush(1, BatchStatus.EndOfFile).Frame.WrittenSpan);
        Assert.Contains("?f??", text, StringComparison.Ordinal);
        Assert.Contains("é", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\uFFFD", text, StringComparison.Ordinal);
    }

    /// <summary>A row as it is sent.</summary>
    internal static byte[] Row(params string[][] pairs)
    {
        List<byte> row = [.. Number(pairs.Length)];
        foreach (var text in pairs.SelectMany(pair => pair))
        {
            row.AddRange(Number(Encoding.UTF8.GetByteCount(text)));
            row.AddRange(Encoding.UTF8.GetBytes(text));
        }

        return [.. row];
    }

    private static RowsWriter NewWriter(Table table, int rowsMax) => new(table, rowsMax, () => new ArrayBufferWriter<byte>());

    private static void Add(RowsWriter writer, string gender)
    {
        writer.BeginRow();
        foreach (var value in (string[])["1", gender, "2000-01-01", ""]) writer.Value(Encoding.UTF8.GetBytes(value));
        writer.EndRow();
    }

    private static byte[] Number(int value)
    {
        var bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return bytes;
    }

    private List<string> Read(Table table, int count, byte[] rows)
    {
        var batch = new Batch(table);
        RowsReader.Append(rows, count, batch, (row, column, found) => _rejected.Add($"row {row} {column.Name}: {Encoding.UTF8.GetString(found)}"));
        return Shown.Rows(batch);
    }
}
