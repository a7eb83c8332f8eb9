using CoffeeShop.Queries;
using CoffeeShop.Tables;

namespace CoffeeShop.Tests.Queries;

public sealed class QueryRegistryTests
{
    [Fact]
    public void Ids_and_names_of_queries_are_unique()
    {
        Assert.Distinct(QueryRegistry.All.Select(query => query.Id));
        Assert.Distinct(QueryRegistry.All.Select(query => query.Name));
    }

    [Fact]
    public void Names_of_result_rows_are_unique_and_usable_as_file_names()
    {
        var names = QueryRegistry.All.SelectMany(query => query.Shapes).Select(shape => shape.Query).ToList();
        Assert.Distinct(names, StringComparer.OrdinalIgnoreCase);
        Assert.All(names, name => Assert.All(name, character => Assert.True(char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character == '_')));
    }

    [Fact]
    public void The_result_file_has_the_rows_of_the_design_in_its_order() => Assert.Equal(
        ["q1", "q2_best_selling", "q2_most_profit", "q3", "q4"],
        QueryRegistry.All.SelectMany(query => query.Shapes).Select(shape => shape.Query));

    [Fact]
    public void Only_the_first_query_passes_rows_on_since_they_go_straight_into_the_result() =>
        Assert.Equal([QueryRegistry.All[0]], QueryRegistry.All.OfType<RowQuery>());

    [Fact]
    public void Keys_of_result_rows_come_first_and_each_name_once() => Assert.All(QueryRegistry.All.SelectMany(query => query.Shapes), shape =>
    {
        Assert.Distinct(shape.Columns.Select(column => column.Name));
        Assert.True(shape.KeyColumns > 0);
        Assert.All(shape.Columns.Take(shape.KeyColumns), column => Assert.True(column.IsKey));
    });

    [Fact]
    public void Tables_have_exactly_the_columns_that_some_query_reads() => Assert.All(TableRegistry.All, table => Assert.Equal(
        table.Columns.Order(Comparer<Column>.Create((a, b) => a.Ordinal.CompareTo(b.Ordinal))),
        QueryRegistry.All.SelectMany(query => query.Reads).Where(column => column.Table == table).Distinct().OrderBy(column => column.Ordinal)));

    [Fact]
    public void Opcodes_and_names_of_tables_are_unique()
    {
        Assert.Distinct(TableRegistry.All.Select(table => table.Opcode));
        Assert.Distinct(TableRegistry.All.Select(table => table.Name).Concat(TableRegistry.Skipped));
        Assert.All(TableRegistry.All, table => Assert.InRange(table.Opcode, 4, 8));
    }
}
