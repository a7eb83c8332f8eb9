using System.Text;
using CoffeeShop.Delivery;
using CoffeeShop.Queries;
using CoffeeShop.Tests.Oracle;

namespace CoffeeShop.Tests.Delivery;

public sealed class ResultPrefixTests
{
    [Fact]
    public void What_is_delivered_is_a_prefix_without_gaps_from_the_wanted_offset_in_the_end_all_of_it() => Seeds.Check(1, 200, (random, _) =>
    {
        var chunks = QueryRegistry.All.ToDictionary(query => query.Id, _ => Enumerable.Range(1, random.Next(5)).Select(number => Chunk(random, number)).ToList());
        var file = string.Concat(QueryRegistry.All.SelectMany(query => chunks[query.Id]).Select(chunk => Encoding.ASCII.GetString(chunk.Bytes.Span)));
        var offset = random.Next(file.Length + 2);
        var (prefix, got) = (new ResultPrefix(offset), new StringBuilder());
        var there = QueryRegistry.All.ToDictionary(query => query.Id, _ => new List<ResultChunk>());
        var closed = new Dictionary<byte, ClosedQuery>();
        while (!prefix.IsWhole)
        {
            // Chunks come in any order; a query is closed once all of them are there.
            var query = random.Pick(QueryRegistry.All.ToArray()).Id;
            var missing = chunks[query].Except(there[query]).ToArray();
            if (missing.Length > 0) there[query].Add(random.Pick(missing));
            else closed[query] = new ClosedQuery(query, chunks[query].Count, 0, 0);

            do
            {
                if (prefix.Query is not { } next) break;
                var part = there[next].Where(chunk => chunk.Number > prefix.After).OrderBy(chunk => chunk.Number).Take(random.Next(1, 3)).ToList();
                foreach (var piece in prefix.Take(part))
                {
                    Assert.Equal(offset + got.Length, piece.Offset);
                    Assert.False(piece.Bytes.IsEmpty);
                    got.Append(Encoding.ASCII.GetString(piece.Bytes.Span));
                }
            }
            while (prefix.Advance(closed));
            Assert.StartsWith(got.ToString(), file[Math.Min(offset, file.Length)..], StringComparison.Ordinal);
        }

        Assert.Equal(file[Math.Min(offset, file.Length)..], got.ToString());
        Assert.Equal(file.Length, prefix.Length);
    });

    private static ResultChunk Chunk(Random random, int number) => new(number, Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, random.Next(4)).Select(_ => (char)random.Next('a', 'z')))));
}
