using System.Text;
using CoffeeShop.Queries;
using FsCheck;
using FsCheck.Fluent;

namespace CoffeeShop.Tests.Queries;

public sealed class StateWriterTests
{
    [Theory]
    [InlineData(0UL, "00")]
    [InlineData(127UL, "7F")]
    [InlineData(128UL, "8001")]
    [InlineData(300UL, "AC02")]
    [InlineData(ulong.MaxValue, "FFFFFFFFFFFFFFFFFF01")]
    public void A_natural_number_takes_seven_bits_a_byte_the_lowest_first(ulong value, string bytes) =>
        Assert.Equal(bytes, Convert.ToHexString(States.Bytes(writer => writer.Natural(value))));

    [Theory]
    [InlineData(0, "00")]
    [InlineData(-1, "01")]
    [InlineData(1, "02")]
    [InlineData(-64, "7F")]
    [InlineData(64, "8001")]
    public void A_number_of_either_sign_is_folded_into_a_natural_one(int value, string bytes) =>
        Assert.Equal(bytes, Convert.ToHexString(States.Bytes(writer => writer.Number(value))));

    [Fact]
    public void The_widest_numbers_are_read_as_written()
    {
        Assert.Equal(Int128.MaxValue, ReadNumber(States.Bytes(writer => writer.Number(Int128.MaxValue))));
        Assert.Equal(Int128.MinValue, ReadNumber(States.Bytes(writer => writer.Number(Int128.MinValue))));
        Assert.Equal(19, States.Bytes(writer => writer.Number(Int128.MinValue)).Length);
    }

    [Fact]
    public void Numbers_are_read_as_written() => Prop.ForAll<long, ulong>((high, low) =>
    {
        var value = new Int128((ulong)high, low);
        return ReadNumber(States.Bytes(writer => writer.Number(value))) == value && ReadNatural(States.Bytes(writer => writer.Natural(low))) == low;
    }).Check(Config.QuickThrowOnFailure.WithQuietOnSuccess(true));

    [Fact]
    public void Texts_are_read_as_written() => Prop.ForAll<NonNull<string>>(text =>
    {
        var utf8 = Encoding.UTF8.GetBytes(text.Get);
        var reader = new StateReader(States.Bytes(writer => writer.Text(utf8)));
        return reader.Text().SequenceEqual(utf8) && reader.IsAtEnd;
    }).Check(Config.QuickThrowOnFailure.WithQuietOnSuccess(true));

    [Theory]
    [InlineData("", "nothing")]
    [InlineData("80", "an unfinished number")]
    [InlineData("8000", "a number longer than it need be")]
    [InlineData("FFFFFFFFFFFFFFFFFF02", "a number beyond 64 bits")]
    public void A_natural_number_in_any_other_form_is_refused(string hex, string what)
    {
        Assert.NotEmpty(what);
        Assert.Throws<InvalidDataException>(() => ReadNatural(Convert.FromHexString(hex)));
    }

    [Theory]
    [InlineData("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF04", "a number beyond 128 bits")]
    [InlineData("8080808080808080808080808080808080808001", "a number of twenty bytes")]
    [InlineData("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF", "an unfinished number")]
    public void A_wide_number_in_any_other_form_is_refused(string hex, string what)
    {
        Assert.NotEmpty(what);
        Assert.Throws<InvalidDataException>(() => ReadNumber(Convert.FromHexString(hex)));
    }

    private static ulong ReadNatural(byte[] bytes)
    {
        var reader = new StateReader(bytes);
        return reader.Natural();
    }

    private static Int128 ReadNumber(byte[] bytes)
    {
        var reader = new StateReader(bytes);
        return reader.Number();
    }
}
