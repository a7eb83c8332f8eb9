using System.Buffers;
using System.Text;
using System.Text.Json;
using CoffeeShop.Results;
using FsCheck;
using FsCheck.Fluent;

namespace CoffeeShop.Tests.Results;

public sealed class ResultWriterTests
{
    private static readonly ResultShape Shape = new("kind", new("name", IsKey: true), new("value", IsNumber: true));

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("\"quoted\"", "\\\"quoted\\\"")]
    [InlineData("back\\slash", "back\\\\slash")]
    [InlineData("\b\t\n\f\r", "\\b\\t\\n\\f\\r")]
    [InlineData("\0\u0001\u000B\u001F", "\\u0000\\u0001\\u000b\\u001f")]
    [InlineData("\u007F\u0080\u2028 é 拿铁 😀 / <&'>", "\u007F\u0080\u2028 é 拿铁 😀 / <&'>")]
    [InlineData("", "")]
    public void Only_quotes_backslashes_and_control_characters_are_escaped(string text, string written) =>
        Assert.Equal($"{{\"query\":\"kind\",\"name\":\"{written}\",\"value\":1}}\n", Written(row => row.Text(text), row => row.Count(1)));

    [Fact]
    public void A_reader_of_JSON_gets_every_text_back() => Prop.ForAll<NonNull<string>>(text =>
    {
        // Lone surrogates are no text in UTF-8.
        var valid = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text.Get));
        return JsonDocument.Parse(Written(row => row.Text(valid), row => row.Count(1))).RootElement.GetProperty("name").GetString() == valid;
    }).Check(Config.QuickThrowOnFailure.WithQuietOnSuccess(true));

    [Theory]
    [InlineData("0", "0")]
    [InlineData("1", "0.0001")]
    [InlineData("10", "0.001")]
    [InlineData("780000", "78")]
    [InlineData("121605033150", "12160503.315")]
    [InlineData("-1", "-0.0001")]
    [InlineData("-750000", "-75")]
    [InlineData("170141183460469231731687303715884105727", "17014118346046923173168730371588410.5727")]
    [InlineData("-170141183460469231731687303715884105728", "-17014118346046923173168730371588410.5728")]
    public void Amounts_have_no_exponent_and_no_trailing_zeros(string units, string written) => Assert.Equal(
        $"{{\"query\":\"kind\",\"name\":null,\"value\":{written}}}\n",
        Written(row => row.Null(), row => row.Amount(Int128.Parse(units, System.Globalization.CultureInfo.InvariantCulture))));

    [Theory]
    [InlineData("0")]
    [InlineData("311361")]
    [InlineData("-7")]
    [InlineData("170141183460469231731687303715884105727")]
    [InlineData("-170141183460469231731687303715884105728")]
    public void Counts_are_plain_digits(string count) => Assert.Equal(
        $"{{\"query\":\"kind\",\"name\":null,\"value\":{count}}}\n",
        Written(row => row.Null(), row => row.Count(Int128.Parse(count, System.Globalization.CultureInfo.InvariantCulture))));

    [Fact]
    public void Rows_are_counted_when_they_end()
    {
        var writer = new ResultWriter(new ArrayBufferWriter<byte>());
        Assert.Equal(0, writer.Rows);
        writer.Begin(Shape);
        writer.Null();
        writer.Count(1);
        Assert.Equal(0, writer.Rows);
        writer.End();
        Assert.Equal(1, writer.Rows);
    }

    public static TheoryData<string> Misuses => [.. MisusesByName.Keys];

    [Theory]
    [MemberData(nameof(Misuses))]
    public void Misuse_is_refused(string misuse) =>
        Assert.Throws<InvalidOperationException>(() => MisusesByName[misuse](new ResultWriter(new ArrayBufferWriter<byte>())));

    private static readonly Dictionary<string, Action<ResultWriter>> MisusesByName = new()
    {
        ["a value before the row begins"] = writer => writer.Text("a"),
        ["an end before the row begins"] = writer => writer.End(),
        ["text for a number"] = writer => Row(writer, row => row.Null(), row => row.Text("1")),
        ["nothing for a number"] = writer => Row(writer, row => row.Null(), row => row.Null()),
        ["a number for text"] = writer => Row(writer, row => row.Amount(1)),
        ["a value too few"] = writer => Row(writer, row => row.Null()),
        ["a value too many"] = writer => Row(writer, row => row.Null(), row => row.Count(1), row => row.Count(1)),
        ["a row within a row"] = writer => Row(writer, row => row.Begin(Shape)),
        ["a value after the end"] = writer => Row(writer, row => row.Null(), row => row.Count(1), row => row.End(), row => row.Null()),
    };

    private static string Written(params ReadOnlySpan<Action<ResultWriter>> values)
    {
        var bytes = new ArrayBufferWriter<byte>();
        Row(new ResultWriter(bytes), values);
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    private static void Row(ResultWriter writer, params ReadOnlySpan<Action<ResultWriter>> values)
    {
        writer.Begin(Shape);
        foreach (var value in values) value(writer);
        writer.End();
    }
}
