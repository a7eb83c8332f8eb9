using System.Collections.Immutable;

namespace CoffeeShop.Tables;

/// <summary>A column of a table: the names it goes by in a header, and the grammar of its fields.</summary>
public abstract class Column
{
    /// <summary>The value of an id that a field left empty.</summary>
    public const int NoId = -1;

    private Table? _table;

    private protected Column(string name, string? alias)
    {
        Name = name;
        Names = alias is null ? [name] : [name, alias];
    }

    /// <summary>The name that results and messages use.</summary>
    public string Name { get; }

    /// <summary>All names under which a header may call the column, <see cref="Name"/> first.</summary>
    public ImmutableArray<string> Names { get; }

    /// <summary>What a field of this column must look like, for messages: "a date as yyyy-MM-dd".</summary>
    public abstract string Expected { get; }

    /// <summary>The table this column belongs to.</summary>
    public Table Table => _table ?? throw new InvalidOperationException($"Column {Name} belongs to no table.");

    /// <summary>The place of this column in its table's batches.</summary>
    public int Ordinal { get; private set; } = -1;

    /// <summary>Storage for a batch of this column.</summary>
    internal abstract ColumnBuffer NewBuffer();

    internal void Attach(Table table, int ordinal) => (_table, Ordinal) = (table, ordinal);

    internal static Column<int> Id(string name, string? alias = null) => new Column<int, IdGrammar>(name, alias);

    internal static Column<int> OptionalId(string name) => new Column<int, OptionalIdGrammar>(name);

    internal static Column<long> Whole(string name) => new Column<long, WholeGrammar>(name);

    internal static Column<Money> Money(string name) => new Column<Money, MoneyGrammar>(name);

    internal static Column<LocalDate> Date(string name) => new Column<LocalDate, DateGrammar>(name);

    internal static Column<LocalDateTime> DateTime(string name) => new TimeColumn(name);

    internal static TextColumn Text(string name, string? alias = null) => new(name, alias);
}

/// <summary>A column whose values all have the same size.</summary>
/// <typeparam name="T">The type of a value.</typeparam>
public abstract class Column<T> : Column where T : unmanaged
{
    private protected Column(string name, string? alias) : base(name, alias)
    {
    }

    /// <summary>Whether fields can have these values: they have come without having been parsed.</summary>
    /// <param name="lowest">No value is lower, by its number.</param>
    /// <param name="highest">No value is higher.</param>
    /// <param name="values">The values.</param>
    internal abstract bool Allows(long lowest, long highest, ReadOnlySpan<T> values);
}

/// <summary>A column of text: never empty, valid UTF-8, kept as the bytes of the input.</summary>
public sealed class TextColumn : Column
{
    internal TextColumn(string name, string? alias) : base(name, alias)
    {
    }

    /// <inheritdoc/>
    public override string Expected => "text in UTF-8, not empty";

    internal override ColumnBuffer NewBuffer() => new TextBuffer();
}

/// <summary>The grammar is a type, so that the loop over a column's fields is compiled for it.</summary>
internal sealed class Column<T, TGrammar>(string name, string? alias = null) : Column<T>(name, alias)
    where T : unmanaged
    where TGrammar : struct, IGrammar<T>
{
    public override string Expected => TGrammar.Expected;

    internal override ColumnBuffer NewBuffer() => new ValueBuffer<T, TGrammar>();

    internal override bool Allows(long lowest, long highest, ReadOnlySpan<T> values) => TGrammar.Allows(lowest, highest, values);
}

/// <summary>A column of times. Its buffer remembers the last day, since the rows of a day come together.</summary>
internal sealed class TimeColumn(string name) : Column<LocalDateTime>(name, alias: null)
{
    public override string Expected => "a time as yyyy-MM-dd HH:mm:ss";

    internal override ColumnBuffer NewBuffer() => new TimeBuffer();

    internal override bool Allows(long lowest, long highest, ReadOnlySpan<LocalDateTime> values) => Calendar.AreReal(values);
}
