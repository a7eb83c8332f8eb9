using System.Globalization;
using System.Text;
using CoffeeShop.Tables;
using FsCheck;
using FsCheck.Fluent;

namespace CoffeeShop.Tests.Tables;

public sealed class CalendarTests
{
    private const string DayFormat = "yyyy-MM-dd";
    private const string SecondFormat = "yyyy-MM-dd HH:mm:ss";
    private const string TimeFormat = "HH:mm:ss";

    [Fact]
    public void A_day_is_read_as_the_library_reads_it() => Claim.Holds(
        3_000, Texts(DayFormat, parts => parts.Date), text => Assert.Equal(Shown(ReferenceValues.Day(text), DayFormat), Day(text)?.ToString()));

    [Fact]
    public void A_second_is_read_as_the_library_reads_it() => Claim.Holds(
        3_000, Texts(SecondFormat, parts => $"{parts.Date} {parts.Time}"), text => Assert.Equal(Shown(ReferenceValues.Second(text), SecondFormat), Second(text)?.ToString()));

    [Fact]
    public void A_time_of_day_is_read_as_the_library_reads_it() => Claim.Holds(3_000, Texts(TimeFormat, parts => parts.Time), text =>
    {
        var expected = ReferenceValues.TimeOfDay(text) is { } time ? LocalDateTime.TimeOfDay(time.Hours, time.Minutes, time.Seconds) : -1;
        Assert.Equal(expected, LocalDateTime.TryParseTimeOfDay(Encoding.Latin1.GetBytes(text), out var packed) ? packed : -1);
    });

    [Fact]
    public void Packed_times_are_ordered_as_times_and_give_their_parts_back() => Claim.Holds(2_000, Generate.Second.Two(), pair =>
    {
        var (a, b) = (pair.Item1, pair.Item2);
        var (packedA, packedB) = (Second(a.ToString(SecondFormat))!.Value, Second(b.ToString(SecondFormat))!.Value);
        Assert.Equal(a.CompareTo(b), packedA.Packed.CompareTo(packedB.Packed));
        Assert.Equal(a.Date.CompareTo(b.Date), packedA.Date.Packed.CompareTo(packedB.Date.Packed));
        Assert.Equal(a.TimeOfDay.CompareTo(b.TimeOfDay), packedA.PackedTimeOfDay.CompareTo(packedB.PackedTimeOfDay));
        Assert.Equal((a.Year, a.Month, a.ToString(DayFormat)), (packedA.Year, packedA.Month, packedA.Date.ToString()));
        Assert.Equal(packedA, new LocalDateTime(a.Year, a.Month, a.Day, a.Hour, a.Minute, a.Second));
    });

    [Theory]
    [InlineData("2024-02-29", true)]
    [InlineData("2000-02-29", true)]
    [InlineData("2023-02-29", false)]
    [InlineData("1900-02-29", false)]
    [InlineData("2024-02-30", false)]
    [InlineData("2024-04-31", false)]
    [InlineData("2024-12-31", true)]
    [InlineData("0001-01-01", true)]
    [InlineData("9999-12-31", true)]
    [InlineData("0000-01-01", false)]
    [InlineData("2024-00-10", false)]
    [InlineData("2024-13-10", false)]
    [InlineData("2024-01-00", false)]
    [InlineData("2024-01-32", false)]
    [InlineData("2024-1-01", false)]
    [InlineData("2024/01/01", false)]
    [InlineData(" 024-01-01", false)]
    [InlineData("", false)]
    [InlineData("2024-01-01 00:00:00", false)]
    public void A_day_is_in_the_calendar(string text, bool isDay) => Assert.Equal(isDay, Day(text) is not null);

    [Theory]
    [InlineData("2024-01-01 00:00:00", true)]
    [InlineData("2024-01-01 23:59:59", true)]
    [InlineData("2024-01-01 24:00:00", false)]
    [InlineData("2024-01-01 23:60:00", false)]
    [InlineData("2024-01-01 23:59:60", false)]
    [InlineData("2024-01-01T00:00:00", false)]
    [InlineData("2024-01-01 00:00:00Z", false)]
    [InlineData("2024-01-01 00:00", false)]
    [InlineData("2024-01-01 00:00:00.5", false)]
    [InlineData("2024-01-01", false)]
    [InlineData("2023-02-29 00:00:00", false)]
    public void A_second_is_within_its_day(string text, bool isSecond) => Assert.Equal(isSecond, Second(text) is not null);

    [Fact]
    public void No_other_byte_passes_for_a_digit_or_a_separator()
    {
        var text = "2024-06-15 12:34:56"u8.ToArray();
        for (var at = 0; at < text.Length; at++)
        {
            var right = text[at];
            for (var b = 0; b <= byte.MaxValue; b++)
            {
                text[at] = (byte)b;
                var isExpected = ReferenceValues.Second(Encoding.Latin1.GetString(text)) is not null;
                Assert.True(isExpected == LocalDateTime.TryParse(text, out _), $"byte {b:x2} at {at}");
            }

            text[at] = right;
        }
    }

    [Fact]
    public void A_column_of_times_reads_each_field_as_if_it_were_the_first()
    {
        // A column remembers the last day; neither a day that was refused nor the bytes it begins with may pass for one.
        var column = Transactions.CreatedAt.NewBuffer();
        column.Resize(1);
        foreach (var text in (string[])[new string('\0', 10) + " 10:00:00", "2024-02-30 10:00:00", "2024-02-30 10:00:00", "2024-02-29 10:00:00", "2024-02-29 24:00:00", "2024-02-29T10:00:00"])
            Assert.Equal(Second(text) is not null, column.TrySet(0, Encoding.Latin1.GetBytes(text)));

        Claim.Holds(2_000, Texts(SecondFormat, parts => $"{parts.Date} {parts.Time}"), text =>
            Assert.Equal(Second(text)?.Packed, column.TrySet(0, Encoding.Latin1.GetBytes(text)) ? ((ValueBuffer<LocalDateTime>)column).Values[0].Packed : (long?)null));
    }

    private static Gen<string> Texts(string format, Func<DateTimeParts, string> nearly) => Gen.OneOf(
        from second in Generate.Second from text in Generate.Mutated(second.ToString(format)) select text,
        from parts in Generate.NearlySecond from text in Generate.Mutated(nearly(parts)) select text,
        Generate.NearlySecond.Select(nearly));

    private static string? Shown(DateTime? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture);

    private static LocalDate? Day(string text) => LocalDate.TryParse(Encoding.Latin1.GetBytes(text), out var value) ? value : null;

    private static LocalDateTime? Second(string text) => LocalDateTime.TryParse(Encoding.Latin1.GetBytes(text), out var value) ? value : null;
}
