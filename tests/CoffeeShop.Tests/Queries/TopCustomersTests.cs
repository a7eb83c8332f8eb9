using CoffeeShop.Queries;
using CoffeeShop.Tables;

namespace CoffeeShop.Tests.Queries;

public sealed class TopCustomersTests
{
    private static readonly Batch Shops = Batches.Of(Stores.Table, "1|First", "2|Second");
    private static readonly Batch Members = Batches.Of(Users.Table, [.. Enumerable.Range(1, 12).Select(user => $"{user}|19{user:00}-01-01")]);

    [Fact]
    public void More_purchases_come_first_then_the_lower_user_id_as_a_number() => Assert.Equal(
        ["First|1910-01-01|3", "First|1902-01-01|2", "First|1909-01-01|2"],
        Ask.About("q4", Shops, Members, Bought(1, 10, 9, 10, 2, 11, 2, 9, 10, 12, 11)));

    [Fact]
    public void Ties_at_the_last_place_are_broken_whatever_order_the_purchases_came_in()
    {
        int[] users = [4, 3, 7, 1, 9, 2];
        Assert.Equal(["First|1901-01-01|1", "First|1902-01-01|1", "First|1903-01-01|1"], Ask.About("q4", Shops, Members, Bought(1, users)));
        Assert.Equal(["First|1901-01-01|1", "First|1902-01-01|1", "First|1903-01-01|1"], Ask.About("q4", Shops, Members, Bought(1, [.. users.Reverse()])));
    }

    [Fact]
    public void A_purchase_more_beats_any_lower_id() => Assert.Equal(
        ["First|1912-01-01|2", "First|1901-01-01|1", "First|1902-01-01|1"], Ask.About("q4", Shops, Members, Bought(1, 1, 2, 3, 12, 12)));

    [Fact]
    public void Stores_are_apart_and_in_the_order_of_their_ids() => Assert.Equal(
        ["First|1902-01-01|1", "Second|1901-01-01|2", "unknown store 10|1901-01-01|1"],
        Ask.About("q4", Shops, Members, Bought(10, 1), Bought(2, 1, 1), Bought(1, 2)));

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 3)]
    [InlineData(100, 5)]
    public void As_many_customers_answer_as_are_asked_for_and_there(int top, int rows) =>
        Assert.Equal(rows, Ask.About("q4", new QueryOptions { Top = top }, Members, Bought(1, 1, 2, 3, 4, 5)).Length);

    [Fact]
    public void Guests_do_not_count_and_user_0_is_no_guest()
    {
        var transactions = Batches.Of(Transactions.Table, "a|1||80|2024-03-01 12:00:00", "b|1||80|2024-03-01 12:00:00", "c|1|0|80|2024-03-01 12:00:00", "d|1|2147483647.0|1|2024-03-01 12:00:00");
        Assert.Equal(["First|null|1", "First|null|1"], Ask.About("q4", Shops, transactions));
        Assert.Empty(Ask.About("q4", Shops, Ask.Transaction("2024-03-01 12:00:00", user: "")));
    }

    [Fact]
    public void Unknown_users_have_no_birthdate_and_are_counted_once_and_users_who_never_buy_change_nothing()
    {
        var query = QueryRegistry.All.OfType<AggregateQuery>().Single(query => query.Name == "q4");
        var answer = States.Of(query, Members, Bought(1, 77), Bought(2, 77)).Answer(States.DimensionsOf(Shops));
        Assert.Contains("\"store_name\":\"First\",\"birthdate\":null,\"purchases_qty\":1}", answer, StringComparison.Ordinal);
        Assert.Contains("users 77;", answer, StringComparison.Ordinal);
    }

    [Fact]
    public void A_repeated_user_keeps_the_earliest_birthdate_and_is_counted()
    {
        var query = QueryRegistry.All.OfType<AggregateQuery>().Single(query => query.Name == "q4");
        var once = Batches.Of(Users.Table, "1|2000-02-29", "1|2000-03-01");
        var again = Batches.Of(Users.Table, "1|1999-12-31", "2|1999-12-31");
        foreach (var state in (Aggregate[])[States.Of(query, once, again, Bought(1, 1)), States.Of(query, again, Bought(1, 1)).With(States.Of(query, once))])
        {
            var answer = state.Answer();
            Assert.Contains("\"birthdate\":\"1999-12-31\"", answer, StringComparison.Ordinal);
            Assert.EndsWith("users 2", answer, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Any_number_of_purchases_is_counted_and_every_user_of_a_row_of_ids_has_a_birthdate_of_their_own()
    {
        var members = Batches.Of(Users.Table, "14|1914-01-01", "15|1915-01-01", "16|1916-01-01", "2147483632|1932-01-01", "2147483647|1947-01-01");
        int[] bought = [.. Repeated(14, 255), .. Repeated(15, 256), .. Repeated(16, 15), .. Repeated(2147483632, 16), .. Repeated(2147483647, 65_537)];
        string[] expected = ["First|1947-01-01|65537", "First|1915-01-01|256", "First|1914-01-01|255", "First|1932-01-01|16", "First|1916-01-01|15"];
        Assert.Equal(expected, Ask.About("q4", new QueryOptions { Top = 9 }, Shops, members, Bought(1, bought)));
        var query = QueryRegistry.All.OfType<AggregateQuery>().Single(query => query.Name == "q4");
        var shards = States.Of(query, members, Bought(1, bought)).Partition(8);
        Assert.All(shards, shard => shard.Compact());
        Assert.Equal(States.Of(query, members, Bought(1, bought)).Answer(), States.Merged(query, shards).Answer());

        static IEnumerable<int> Repeated(int user, int times) => Enumerable.Repeat(user, times);
    }

    /// <summary>A purchase of each of these users in a store.</summary>
    private static Batch Bought(int store, params int[] users) =>
        Batches.Of(Transactions.Table, [.. users.Select((user, i) => $"t{i}|{store}|{user}|1|2024-03-01 12:00:00")]);
}
