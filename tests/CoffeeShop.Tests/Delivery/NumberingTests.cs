using CoffeeShop.Delivery;
using CoffeeShop.Tables;
using FsCheck.Fluent;

namespace CoffeeShop.Tests.Delivery;

public sealed class NumberingTests
{
    private static readonly Table Table = Users.Table;
    private static readonly Dictionary<Table, long> NoMarks = [];
    private static readonly Dictionary<Table, TableEnd> NoEnds = [];

    [Fact]
    public void Numbers_up_to_the_next_are_taken_and_others_are_structural_errors() => Claim.HoldsForAll(300, Gen.Choose(-1, 6).ArrayOf(), numbers =>
    {
        var (numbering, last) = (new BatchNumbering(NoMarks, NoEnds), 0L);
        foreach (var number in numbers)
        {
            var expected = number < 1 || number > last + 1 ? NumberVerdict.Error : number == last + 1 ? NumberVerdict.Next : NumberVerdict.Again;
            var numbered = numbering.Batch(Table, number);
            Assert.Equal(expected, numbered.Verdict);
            Assert.Equal(expected == NumberVerdict.Error, numbered.Problem is not null);
            if (expected == NumberVerdict.Next) last = number;
        }
    });

    [Fact]
    public void A_client_that_resumes_goes_on_after_the_mark_and_may_repeat_what_was_before()
    {
        var numbering = new BatchNumbering(new Dictionary<Table, long> { [Table] = 5 }, NoEnds);
        Assert.Equal(NumberVerdict.Error, numbering.Batch(Table, 7).Verdict);
        Assert.Equal(NumberVerdict.Again, numbering.Batch(Table, 5).Verdict);
        Assert.Equal(NumberVerdict.Next, numbering.Batch(Table, 6).Verdict);
        Assert.Equal(NumberVerdict.Error, numbering.Batch(Stores.Table, 6).Verdict);
    }

    [Fact, Trait("suite", "eof")]
    public void An_equal_end_is_acknowledged_again_and_another_one_is_an_error()
    {
        var numbering = new BatchNumbering(NoMarks, NoEnds);
        numbering.Batch(Table, 1);
        Assert.Equal(NumberVerdict.Error, numbering.End(Table, new TableEnd(2, 9)).Verdict);
        Assert.Equal(NumberVerdict.Next, numbering.End(Table, new TableEnd(1, 9)).Verdict);
        Assert.Equal(NumberVerdict.Again, numbering.End(Table, new TableEnd(1, 9)).Verdict);
        Assert.Equal(NumberVerdict.Conflict, numbering.End(Table, new TableEnd(1, 8)).Verdict);
        Assert.Equal(NumberVerdict.Error, numbering.Batch(Table, 1).Verdict);
        Assert.DoesNotContain(Table, numbering.Unfinished);
    }

    [Fact, Trait("suite", "eof")]
    public void An_end_of_an_earlier_connection_binds_the_numbers_of_this_one()
    {
        var numbering = new BatchNumbering(new Dictionary<Table, long> { [Table] = 1 }, new Dictionary<Table, TableEnd> { [Table] = new(2, 9) });
        Assert.Equal(NumberVerdict.Next, numbering.Batch(Table, 2).Verdict);
        Assert.Equal("users: found batch 3, expected none after the last one, 2.", numbering.Batch(Table, 3).Problem);
        Assert.Equal(NumberVerdict.Conflict, numbering.End(Table, new TableEnd(2, 8)).Verdict);
        // The client sends its ends again on every connection, so until then the table is not finished.
        Assert.Contains(Table, numbering.Unfinished);
        Assert.Equal(NumberVerdict.Next, numbering.End(Table, new TableEnd(2, 9)).Verdict);
    }

    [Fact, Trait("suite", "eof")]
    public void Arrivals_get_numbers_in_a_row_per_table_and_their_end_sums_the_hashes() => Claim.HoldsForAll(200, Gen.Choose(0, 4).ArrayOf(), tables =>
    {
        var (numbering, sums) = (new ArrivalNumbering(), new Dictionary<Table, TableEnd>());
        var hash = 0UL;
        foreach (var table in tables.Select(index => TableRegistry.All[index]))
        {
            var (last, sum) = sums.GetValueOrDefault(table);
            hash += 0x9E3779B97F4A7C15;
            Assert.Equal(last + 1, numbering.Assign(table, hash));
            sums[table] = new TableEnd(last + 1, sum + hash);
        }

        foreach (var table in TableRegistry.All)
        {
            Assert.False(numbering.HasEnded(table));
            Assert.Equal(sums.GetValueOrDefault(table), numbering.End(table));
            Assert.Equal(sums.GetValueOrDefault(table), numbering.End(table));
            Assert.Throws<InvalidOperationException>(() => numbering.Assign(table, 1));
        }

        Assert.Empty(numbering.Unfinished);
    });

    [Fact]
    public void A_mark_is_the_prefix_of_what_is_confirmed_and_never_leads() => Claim.HoldsForAll(300, Gen.Choose(1, 12).ArrayOf(), confirmed =>
    {
        var (mark, seen) = (new ResumeMark(resumedAt: 2), new HashSet<long> { 1, 2 });
        foreach (var number in confirmed)
        {
            var before = mark.Number;
            seen.Add(number);
            Assert.Equal(mark.Confirm(number), mark.Number > before);
            Assert.All(Enumerable.Range(1, (int)mark.Number), below => Assert.Contains(below, seen));
            Assert.DoesNotContain(mark.Number + 1, seen);
        }
    });
}
