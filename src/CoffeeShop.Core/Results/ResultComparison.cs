namespace CoffeeShop.Results;

/// <summary>How a row differs from what was expected.</summary>
public enum DifferenceKind
{
    /// <summary>The row was expected and is not there.</summary>
    Missing,

    /// <summary>The row is there and was not expected.</summary>
    Extra,

    /// <summary>The row is there with another value.</summary>
    Different,

    /// <summary>The same rows are there in another order; this is the first one out of its place.</summary>
    Order,
}

/// <summary>A difference between two result files.</summary>
/// <param name="Query">The value of the rows' <c>query</c> key.</param>
/// <param name="Kind">How they differ.</param>
/// <param name="Expected">The line that was expected, if one was.</param>
/// <param name="Actual">The line that was found, if one was.</param>
public sealed record Difference(string Query, DifferenceKind Kind, string? Expected, string? Actual);

/// <summary>Compares two result files exactly, line by line, and tells per query what differs.</summary>
public static class ResultComparison
{
    /// <summary>Compares two files.</summary>
    /// <param name="expected">The rows that should be there.</param>
    /// <param name="actual">The rows that are.</param>
    /// <returns>Every difference, by query; none when the files are the same.</returns>
    public static IReadOnlyList<Difference> Compare(IEnumerable<ResultRow> expected, IEnumerable<ResultRow> actual)
    {
        // Equal rows at equal places need not be remembered, so equal files of any size compare in constant memory.
        using var left = expected.GetEnumerator();
        using var right = actual.GetEnumerator();
        var (hasLeft, hasRight) = (left.MoveNext(), right.MoveNext());
        while (hasLeft && hasRight && left.Current.Line == right.Current.Line)
            (hasLeft, hasRight) = (left.MoveNext(), right.MoveNext());
        var (firstLeft, firstRight) = (hasLeft ? left.Current : null, hasRight ? right.Current : null);

        var leftRest = Rest(left, hasLeft).ToLookup(row => row.Shape);
        var rightRest = Rest(right, hasRight).ToLookup(row => row.Shape);
        var differences = leftRest.Select(group => group.Key).Union(rightRest.Select(group => group.Key))
            .SelectMany(shape => CompareQuery(shape.Query, [.. leftRest[shape]], [.. rightRest[shape]]))
            .ToList();
        if (differences.Count == 0 && (hasLeft || hasRight))
            differences.Add(new Difference("all", DifferenceKind.Order, firstLeft?.Line, firstRight?.Line));
        return differences;
    }

    private static IEnumerable<ResultRow> Rest(IEnumerator<ResultRow> rows, bool hasRow)
    {
        for (; hasRow; hasRow = rows.MoveNext()) yield return rows.Current;
    }

    private static IEnumerable<Difference> CompareQuery(string query, List<ResultRow> expected, List<ResultRow> actual)
    {
        var missing = Without(expected, actual);
        var extra = Without(actual, expected);
        if (missing.Count == 0 && extra.Count == 0)
        {
            var at = Enumerable.Range(0, expected.Count).FirstOrDefault(i => expected[i].Line != actual[i].Line, -1);
            if (at >= 0) yield return new Difference(query, DifferenceKind.Order, expected[at].Line, actual[at].Line);
            yield break;
        }

        // A row that is missing and one that is extra under the same key are one row with another value.
        var extras = extra.GroupBy(KeyOf).ToDictionary(group => group.Key, group => new Queue<ResultRow>(group));
        foreach (var row in missing)
        {
            if (extras.TryGetValue(KeyOf(row), out var same) && same.TryDequeue(out var other))
                yield return new Difference(query, DifferenceKind.Different, row.Line, other.Line);
            else
                yield return new Difference(query, DifferenceKind.Missing, row.Line, null);
        }

        foreach (var row in extra.Where(row => extras[KeyOf(row)].Contains(row)))
            yield return new Difference(query, DifferenceKind.Extra, null, row.Line);
    }

    /// <summary>The rows that are more often in one list than in the other.</summary>
    private static List<ResultRow> Without(List<ResultRow> rows, List<ResultRow> others)
    {
        var counts = others.GroupBy(row => row.Line).ToDictionary(group => group.Key, group => group.Count(), StringComparer.Ordinal);
        return [.. rows.Where(row => --System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(counts, row.Line, out _) < 0)];
    }

    private static string KeyOf(ResultRow row) => string.Join('\0', row.Values.Take(row.Shape.KeyColumns));
}
