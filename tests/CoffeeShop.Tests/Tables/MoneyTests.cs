using System.Globalization;
using System.Numerics;
using System.Text;
using CoffeeShop.Tables;
using FsCheck.Fluent;

namespace CoffeeShop.Tests.Tables;

public sealed class MoneyTests
{
    [Fact]
    public void An_amount_is_read_as_exact_arithmetic_reads_it() =>
        Claim.Holds(5_000, Generate.Number, text => Assert.Equal(ReferenceValues.Money(text), Parse(text)));

    [Fact]
    public void An_amount_that_fits_a_decimal_is_the_decimal_rounded_half_to_even()
    {
        var texts = from sign in Gen.Elements("", "-")
                    from whole in Generate.Digits(1, 12)
                    from tail in Gen.Elements("", ".5", ".00005", ".12345", ".12355", ".12345000001", ".99995", ".339999999999996")
                    select sign + whole + tail;
        Claim.Holds(1_000, texts, text =>
        {
            var expected = Math.Round(decimal.Parse(text, CultureInfo.InvariantCulture), 4, MidpointRounding.ToEven);
            Assert.Equal(expected, Parse(text)!.Value / 10_000m);
        });
    }

    [Theory]
    [InlineData("0", 0L)]
    [InlineData("-0", 0L)]
    [InlineData("007.50", 75_000L)]
    [InlineData("35.339999999999996", 353_400L)]
    [InlineData("0.00005", 0L)]
    [InlineData("0.00015", 2L)]
    [InlineData("0.000050000000000000000000000000000000000000001", 1L)]
    [InlineData("-0.00015", -2L)]
    [InlineData("922337203685477.5807", long.MaxValue)]
    [InlineData("922337203685477.58074999", long.MaxValue)]
    [InlineData("-922337203685477.5808", long.MinValue)]
    [InlineData("-922337203685477.58085", long.MinValue)]
    [InlineData("-922337203685477.58075", long.MinValue)]
    [InlineData("922337203685477.5808", null)]
    [InlineData("922337203685477.58075", null)]
    [InlineData("-922337203685477.5809", null)]
    [InlineData("-922337203685477.580850001", null)]
    [InlineData("99999999999999999999999999999999999999999999", null)]
    [InlineData("18446744073709551616", null)]
    [InlineData("", null)]
    [InlineData("-", null)]
    [InlineData(".", null)]
    [InlineData(".5", null)]
    [InlineData("-.5", null)]
    [InlineData("5.", null)]
    [InlineData("1.2.3", null)]
    [InlineData("1.00000x", null)]
    [InlineData("--1", null)]
    [InlineData("+1", null)]
    [InlineData("1e3", null)]
    [InlineData(" 1", null)]
    [InlineData("1 ", null)]
    [InlineData("1,5", null)]
    [InlineData("NaN", null)]
    public void An_amount_is_minus_digits_and_decimals_within_64_bits(string text, long? units) => Assert.Equal(units, Parse(text));

    [Fact]
    public void An_amount_reads_back_as_it_was_written()
    {
        var units = from high in Gen.Choose(int.MinValue, int.MaxValue)
                    from low in Gen.Choose(int.MinValue, int.MaxValue)
                    from shift in Gen.Choose(0, 63)
                    select (((long)high << 32) | (uint)low) >> shift;
        Claim.Holds(1_000, units, value => Assert.Equal(value, Parse(new Money(value).ToString())));
        foreach (var value in (long[])[0, long.MinValue, long.MaxValue]) Assert.Equal(value, Parse(new Money(value).ToString()));
    }

    [Fact]
    public void A_sum_of_128_bits_has_one_form_without_exponent_and_trailing_zeros()
    {
        var units = from a in Gen.Choose(int.MinValue, int.MaxValue)
                    from b in Gen.Choose(int.MinValue, int.MaxValue)
                    from c in Gen.Choose(int.MinValue, int.MaxValue)
                    from shift in Gen.Choose(0, 127)
                    from zeros in Gen.Elements(1, 1, 10, 100, 1_000, 10_000)
                    let value = (((Int128)a << 96) | ((Int128)(uint)b << 64) | ((Int128)(uint)c << 32) | (uint)b) >> shift
                    select value / zeros * zeros;
        Claim.Holds(2_000, units, value => Assert.Equal(Written(value), Format(value)));
        foreach (var value in (Int128[])[0, 1, -1, 10_000, -10_000, 100, Int128.MaxValue, Int128.MinValue, (Int128)ulong.MaxValue * 10_000, ((Int128)ulong.MaxValue + 1) * 10_000])
            Assert.Equal(Written(value), Format(value));
    }

    private static string Written(Int128 units)
    {
        var (whole, rest) = BigInteger.DivRem(BigInteger.Abs(units), 10_000);
        var sign = units < 0 ? "-" : "";
        return $"{sign}{whole}.{(int)rest:0000}".TrimEnd('0').TrimEnd('.');
    }

    private static string Format(Int128 units)
    {
        Span<byte> text = stackalloc byte[Money.FormattedBytesMax];
        return Encoding.ASCII.GetString(text[..Money.Format(units, text)]);
    }

    private static long? Parse(string text) => Money.TryParse(Encoding.Latin1.GetBytes(text), out var money) ? money.Units : null;
}
