using CoffeeShop.Delivery;
using CoffeeShop.Gateway;

namespace CoffeeShop.Tests.Gateway;

public sealed class RejectionListsTests
{
    [Fact]
    public void The_list_of_a_session_that_is_under_way_stays_however_many_end_and_those_that_ended_first_go()
    {
        var lists = new RejectionLists();
        var running = New();
        var list = lists.Begin(running);
        SessionId[] ended = [.. Enumerable.Range(0, 101).Select(_ => New())];
        foreach (var session in ended)
        {
            lists.Begin(session);
            lists.End(session);
        }

        Assert.Same(list, lists.Find(running));
        Assert.Null(lists.Find(ended[0]));
        Assert.NotNull(lists.Find(ended[1]));
        lists.End(running);
        Assert.Same(list, lists.Find(running));
        Assert.Null(lists.Find(ended[1]));
    }

    private static SessionId New() => new(Guid.CreateVersion7());
}
