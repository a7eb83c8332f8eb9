using System.Text;
using CoffeeShop.Protocol;
using CoffeeShop.Tables;
using CoffeeShop.Tests.Queries;

namespace CoffeeShop.Tests.Protocol;

/// <summary>No columnar rows bring a value into a query that no text could have given.</summary>
public sealed class HostileColumnsTests
{
    [Theory]
    [InlineData(-1, false)]
    [InlineData(int.MinValue, false)]
    [InlineData(0, true)]
    [InlineData(int.MaxValue, true)]
    public void An_id_is_not_negative(int id, bool isAllowed) => AssertReads(isAllowed, Users.Table, Users.UserId, [7, id], "7|2000-01-01", "7|2000-01-01");

    [Theory]
    [InlineData(Column.NoId, true)]
    [InlineData(Column.NoId - 1, false)]
    [InlineData(int.MinValue, false)]
    public void Only_an_optional_id_may_be_missing(int id, bool isAllowed) =>
        AssertReads(isAllowed, Transactions.Table, Transactions.UserId, [id, 0], "a|1|1|1|2024-01-01 00:00:00", "a|1|1|1|2024-01-01 00:00:00");

    [Fact]
    public void Any_amount_and_quantity_of_64_bits_is_allowed() => AssertReads(
        true, TransactionItems.Table, TransactionItems.Quantity, [long.MinValue, long.MaxValue], "1|1|1|2024-01-01 00:00:00", "1|1|1|2024-01-01 00:00:00");

    [Fact]
    public void Days_are_allowed_exactly_when_their_text_can_be_read() => Claim.Holds(2000, Generate.NearlySecond, parts =>
    {
        var numbers = parts.Date.Split('-').Select(int.Parse).ToArray();
        var day = new LocalDate(numbers[0], numbers[1], numbers[2]);
        // What does not fit its bits is another day, or none.
        if (numbers[1] > 15 || numbers[2] > 31) return;
        AssertReads(LocalDate.TryParse(Encoding.ASCII.GetBytes(parts.Date), out _), Users.Table, Users.Birthdate, [new LocalDate(2024, 2, 29), day], "1|2000-01-01", "1|2000-01-01");
    });

    [Fact]
    public void Times_are_allowed_exactly_when_their_text_can_be_read() => Claim.Holds(2000, Generate.NearlySecond, parts =>
    {
        var (date, time) = (parts.Date.Split('-').Select(int.Parse).ToArray(), parts.Time.Split(':').Select(int.Parse).ToArray());
        if (date[1] > 15 || date[2] > 31 || time[0] > 31 || time[1] > 63 || time[2] > 63) return;
        var second = new LocalDateTime(date[0], date[1], date[2], time[0], time[1], time[2]);
        var isAllowed = LocalDateTime.TryParse(Encoding.ASCII.GetBytes($"{parts.Date} {parts.Time}"), out _);
        AssertReads(isAllowed, TransactionItems.Table, TransactionItems.CreatedAt, [second, new LocalDateTime(2024, 1, 1, 0, 0, 0)], "1|1|1|2024-01-01 00:00:00", "1|1|1|2024-01-01 00:00:00");
    });

    [Theory]
    [InlineData(-1L)]
    [InlineData(long.MinValue)]
    [InlineData(long.MaxValue)]
    [InlineData(1L << 48)]
    public void A_time_beyond_the_calendar_is_no_time(long packed) => AssertReads(
        false, TransactionItems.Table, TransactionItems.CreatedAt, [new LocalDateTime(packed)], "1|1|1|2024-01-01 00:00:00");

    public static TheoryData<string, string> Damages => new()
    {
        // rows 1, user_id: width 1, base 1, offset 0; birthdate: width 1, base 2000-01-01, offset 0
        { "found width 3 for user_id", "01000000 03 0100000000000000 00" },
        { "found width 8 for user_id", "01000000 08 0100000000000000 0000000000000000 01 21A00F0000000000 00" },
        { "found 0 bytes for user_id", "00000000" },
        { "found a value that user_id cannot have", "01000000 01 FFFFFF7F00000000 01 01 21A00F0000000000 00" },
        { "found a value that user_id cannot have", "01000000 01 0100000001000000 00 01 21A00F0000000000 00" },
        { "found a value that user_id cannot have", "01000000 01 FFFFFFFFFFFFFF7F 01 01 21A00F0000000000 00" },
        { "found a value that birthdate cannot have", "01000000 01 0100000000000000 00 01 0000000000000000 00" },
        { "found 1 bytes more", "01000000 01 0100000000000000 00 01 21A00F0000000000 00 00" },
        { "found 3 rows, expected 0 to", "03000000 01 0100" },
        { "found -1 rows", "FFFFFFFF 01 0100000000000000" },
    };

    [Theory]
    [MemberData(nameof(Damages))]
    public void Damaged_numbers_are_refused_with_what_was_found(string message, string hex) => AssertRefused(message, Users.Table, Hex(hex));

    public static TheoryData<string, string> TextDamages => new()
    {
        // rows 2, store_id: width 1, base 1, offsets 0 0; store_name: 3 bytes, width 1, lengths 1 2, "aé"
        { "", "02000000 01 0100000000000000 0000 03000000 01 0102 61C3A9" },
        { "found an empty text", "02000000 01 0100000000000000 0000 03000000 01 0003 61C3A9" },
        { "found an empty text or one beyond the end", "02000000 01 0100000000000000 0000 03000000 01 0103 61C3A9" },
        { "found an empty text or one beyond the end", "02000000 01 0100000000000000 0000 03000000 04 01000000FFFFFFFF 61C3A9" },
        { "found texts of 2 bytes", "02000000 01 0100000000000000 0000 03000000 01 0101 616161" },
        { "begins within a character", "02000000 01 0100000000000000 0000 03000000 01 0201 61C3A9" },
        { "no UTF-8", "02000000 01 0100000000000000 0000 03000000 01 0102 61C328" },
        { "found width 8 for store_name", "02000000 01 0100000000000000 0000 03000000 08 01000000000000000200000000000000 61C3A9" },
        { "found a length of -1 for store_name", "02000000 01 0100000000000000 0000 FFFFFFFF 01 0102 61C3A9" },
        { "found a length of 100 for store_name", "02000000 01 0100000000000000 0000 64000000 01 0102 61C3A9" },
    };

    [Theory]
    [MemberData(nameof(TextDamages))]
    public void Damaged_texts_are_refused_with_what_was_found(string message, string hex)
    {
        if (message.Length > 0) AssertRefused(message, Stores.Table, Hex(hex));
        else ColumnarCodec.Read(Hex(hex), new Batch(Stores.Table));
    }

    /// <summary>Puts values into a column past the grammar, as a client that means harm would.</summary>
    private static void AssertReads<T>(bool isAllowed, Table table, Column<T> column, T[] values, params string[] rows) where T : unmanaged
    {
        var batch = Batches.Of(table, rows);
        values.CopyTo(((ValueBuffer<T>)batch.Columns[column.Ordinal]).Values.AsSpan());
        var bytes = Shown.Columnar(batch);
        if (!isAllowed)
        {
            AssertRefused($"found a value that {column.Name} cannot have", table, bytes);
            return;
        }

        var read = new Batch(table);
        ColumnarCodec.Read(bytes, read);
        Assert.Equal(values, read.Values(column).ToArray());
    }

    private static void AssertRefused(string message, Table table, byte[] bytes)
    {
        var batch = Batches.Random(new Random(1), table, 10);
        var error = Assert.Throws<ProtocolException>(() => ColumnarCodec.Read(bytes, batch));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Equal(0, batch.Count);
    }

    private static byte[] Hex(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
}
