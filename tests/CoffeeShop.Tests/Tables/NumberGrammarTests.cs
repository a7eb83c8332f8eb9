using System.Text;
using CoffeeShop.Tables;

namespace CoffeeShop.Tests.Tables;

public sealed class NumberGrammarTests
{
    [Fact]
    public void A_whole_number_is_read_as_exact_arithmetic_reads_it() =>
        Claim.Holds(4_000, Generate.Number, text => Assert.Equal(ReferenceValues.Whole(text), Parse<long, WholeGrammar>(text)));

    [Fact]
    public void An_id_is_a_whole_number_of_31_bits() =>
        Claim.Holds(4_000, Generate.Number, text => Assert.Equal(ReferenceValues.Id(text), Parse<int, IdGrammar>(text)));

    [Fact]
    public void An_optional_id_is_an_id_or_nothing() => Claim.Holds(2_000, Generate.Number, text =>
        Assert.Equal(text.Length == 0 ? Column.NoId : ReferenceValues.Id(text), Parse<int, OptionalIdGrammar>(text)));

    [Theory]
    [InlineData("46047.0", 46047)]
    [InlineData("46047", 46047)]
    [InlineData("000000000000046047.0", 46047)]
    [InlineData("0", 0)]
    [InlineData("-0", 0)]
    [InlineData("2147483647", int.MaxValue)]
    [InlineData("2147483647.0", int.MaxValue)]
    [InlineData("2147483648", null)]
    [InlineData("4294967296", null)]
    [InlineData("-1", null)]
    [InlineData("1.", null)]
    [InlineData("1.5", null)]
    [InlineData("1.00", null)]
    [InlineData(".00", null)]
    [InlineData(".0", null)]
    [InlineData("1.0.0", null)]
    [InlineData("+1", null)]
    [InlineData(" 1", null)]
    [InlineData("1 ", null)]
    [InlineData("", null)]
    [InlineData("nan", null)]
    [InlineData("0x1", null)]
    public void An_id_may_end_in_point_zero_and_in_nothing_else(string text, int? id) => Assert.Equal(id, Parse<int, IdGrammar>(text));

    [Theory]
    [InlineData("9223372036854775807", long.MaxValue)]
    [InlineData("-9223372036854775808", long.MinValue)]
    [InlineData("-9223372036854775808.0", long.MinValue)]
    [InlineData("-000000000000000000000000000001", -1L)]
    [InlineData("9223372036854775808", null)]
    [InlineData("-9223372036854775809", null)]
    [InlineData("92233720368547758070", null)]
    [InlineData("-", null)]
    [InlineData("-.0", null)]
    public void A_quantity_has_64_bits(string text, long? quantity) => Assert.Equal(quantity, Parse<long, WholeGrammar>(text));

    private static T? Parse<T, TGrammar>(string text)
        where T : unmanaged
        where TGrammar : struct, IGrammar<T> =>
        TGrammar.TryParse(Encoding.Latin1.GetBytes(text), out var value) ? value : null;
}
