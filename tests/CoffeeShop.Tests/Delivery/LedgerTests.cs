using CoffeeShop.Delivery;
using CoffeeShop.Queries;
using CoffeeShop.Tables;
using CoffeeShop.Tests.Queries;
using FsCheck.Fluent;

namespace CoffeeShop.Tests.Delivery;

[Trait("suite", "eof")]
public sealed class LedgerTests
{
    private static readonly Input Input = Input.Of(Users.Table);

    [Fact]
    public void A_ledger_is_a_set_of_numbers_in_whatever_order_and_however_often_they_come() => Claim.HoldsForAll(300, Numbers(), numbers =>
    {
        var (ledger, model, sum) = (new Ledger(Input), new SortedSet<long>(), 0UL);
        foreach (var number in numbers)
        {
            var isNew = model.Add(number);
            if (isNew) sum += HashOf(number);
            Assert.Equal(isNew, ledger.Apply(number, HashOf(number)));
        }

        for (var number = 1; number <= 15; number++) Assert.Equal(model.Contains(number), ledger.Contains(number));
        var prefix = 0L;
        while (model.Contains(prefix + 1)) prefix++;
        Assert.Equal(prefix, ledger.Applied);
        for (var last = 0L; last <= 15; last++)
        {
            var ended = Read(Bytes(ledger));
            Assert.Equal(EndOutcome.Set, ended.SetEnd(new TableEnd(last, sum)));
            Assert.Equal(model.Count == last && prefix == last, ended.IsComplete);
            Assert.Equal(model.Count > 0 && model.Max > last, ended.Contradiction is not null);
        }
    });

    [Fact]
    public void Equal_ledgers_are_equal_bytes_and_reading_gives_what_was_written() => Claim.HoldsForAll(300, Numbers(), numbers =>
    {
        var (one, other) = (new Ledger(Input), new Ledger(Input));
        foreach (var number in numbers) one.Apply(number, HashOf(number));
        foreach (var number in numbers.Order()) other.Apply(number, HashOf(number));
        Assert.Equal(Bytes(one), Bytes(other));
        Assert.Equal(Bytes(one), Bytes(Read(Bytes(one))));
    });

    [Fact]
    public void An_end_is_set_once_and_another_one_is_a_conflict()
    {
        var ledger = new Ledger(Input);
        Assert.Equal(EndOutcome.Set, ledger.SetEnd(new TableEnd(2, 7)));
        Assert.Equal(EndOutcome.Equal, ledger.SetEnd(new TableEnd(2, 7)));
        Assert.Equal(EndOutcome.Conflict, ledger.SetEnd(new TableEnd(3, 7)));
        Assert.Equal(EndOutcome.Conflict, ledger.SetEnd(new TableEnd(2, 8)));
        Assert.True(ledger.HasSameEnd(new TableEnd(2, 7)));
    }

    [Fact]
    public void An_input_without_messages_is_complete_with_its_end_and_not_before()
    {
        var ledger = new Ledger(Input);
        Assert.False(ledger.IsComplete);
        ledger.SetEnd(new TableEnd(0, 0));
        Assert.True(ledger.IsComplete);
        Assert.Null(ledger.Contradiction);
    }

    [Fact]
    public void Another_sum_is_a_contradiction_once_all_numbers_are_there_and_says_which_input_and_numbers()
    {
        var ledger = new Ledger(Input);
        ledger.SetEnd(new TableEnd(2, 99));
        ledger.Apply(1, 1);
        Assert.Null(ledger.Contradiction);
        ledger.Apply(2, 2);
        Assert.False(ledger.IsComplete);
        Assert.Equal("users: the content hashes of messages 1 to 2 add up to 0000000000000003, but the end says 0000000000000063: two contents went under one number.", ledger.Contradiction);
    }

    [Fact]
    public void A_number_beyond_the_end_is_a_contradiction_whichever_comes_first()
    {
        var (before, after) = (new Ledger(Input), new Ledger(Input));
        before.Apply(3, 0);
        before.SetEnd(new TableEnd(2, 0));
        after.SetEnd(new TableEnd(2, 0));
        after.Apply(3, 0);
        Assert.Equal("users: message 3 has come, but the end says that the last one is 2.", before.Contradiction);
        Assert.Equal(before.Contradiction, after.Contradiction);
    }

    [Fact]
    public void A_settled_input_is_complete_with_its_last_number_whatever_the_hashes()
    {
        var ledger = new Ledger(Input.EmissionsOf(QueryRegistry.All[1]), last: 2);
        ledger.Apply(2, 5);
        Assert.False(ledger.IsComplete);
        ledger.Apply(1, 6);
        Assert.True(ledger.IsComplete);
        Assert.Throws<InvalidOperationException>(() => ledger.SetEnd(new TableEnd(2, 11)));
    }

    [Fact]
    public void The_bytes_are_those_of_the_document()
    {
        var ledger = new Ledger(Input);
        foreach (var number in (long[])[1, 2, 3, 7]) ledger.Apply(number, 100);
        ledger.SetEnd(new TableEnd(9, 5));
        //                                 2 intervals, 1–3        7–7   sum 400  an end: K, sum
        Assert.Equal("02" + "0102" + "0400" + "9003" + "01" + "09" + "05", Convert.ToHexString(Bytes(ledger)));
    }

    [Theory]
    [InlineData("01000000")] // an interval that begins at 0
    [InlineData("020102010000" + "00")] // intervals that touch
    [InlineData("000002")] // neither an end nor none
    [InlineData("0000")] // cut short
    public void Damaged_bytes_are_refused(string bytes) => Assert.Throws<InvalidDataException>(() => Read(Convert.FromHexString(bytes)));

    private static ulong HashOf(long number) => unchecked((ulong)number * 0x9E3779B97F4A7C15);

    private static FsCheck.Gen<long[]> Numbers() => Gen.Choose(1, 12).Select(number => (long)number).ArrayOf();

    private static byte[] Bytes(Ledger ledger) => States.Bytes(ledger.Write);

    private static Ledger Read(byte[] bytes)
    {
        var ledger = new Ledger(Input);
        var reader = new StateReader(bytes);
        ledger.Read(ref reader);
        return ledger;
    }
}
