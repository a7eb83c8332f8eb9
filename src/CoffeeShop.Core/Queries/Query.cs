using System.Buffers;
using System.Collections.Immutable;
using CoffeeShop.Results;
using CoffeeShop.Tables;

namespace CoffeeShop.Queries;

/// <summary>
/// One question about the data. The engines know no query by name: they give it the batches of the tables it reads and
/// write down the rows it answers. It is either a <see cref="RowQuery"/> or an <see cref="AggregateQuery"/>.
/// </summary>
public abstract class Query
{
    private protected Query()
    {
    }

    /// <summary>The query's id in message headers.</summary>
    public abstract byte Id { get; }

    /// <summary>The query's name in logs and summaries.</summary>
    public string Name => $"q{Id}";

    /// <summary>The columns the query reads, of tables it accumulates and of those it only joins at the end.</summary>
    public abstract ImmutableArray<Column> Reads { get; }

    /// <summary>The kinds of rows it answers, in the order of the result file.</summary>
    public abstract ImmutableArray<ResultShape> Shapes { get; }

    /// <summary>Whether the query looks at the batches of a table, directly or through a join.</summary>
    public bool ReadsTable(Table table) => Reads.Any(column => column.Table == table);

    /// <summary>Whether the query looks at every row of a table.</summary>
    public bool Accumulates(Table table) => ReadsTable(table) && !Dimensions.Takes(table);

    /// <summary>Whether the query takes names from a table when it answers.</summary>
    public bool Joins(Table table) => ReadsTable(table) && Dimensions.Takes(table);
}

/// <summary>A query that passes rows on: nothing is kept, and the answer is in the order of the input.</summary>
public abstract class RowQuery : Query
{
    /// <summary>Writes the rows of a batch that pass.</summary>
    /// <param name="batch">A batch of the table it reads.</param>
    /// <param name="options">The options of the session.</param>
    /// <param name="rows">Gets the rows.</param>
    public abstract void Filter(Batch batch, QueryOptions options, ResultWriter rows);
}

/// <summary>A query whose answer is known when all rows have been seen.</summary>
public abstract class AggregateQuery : Query
{
    /// <summary>The aggregate of no rows.</summary>
    /// <param name="options">The options of the session.</param>
    public abstract Aggregate NewAggregate(QueryOptions options);

    /// <summary>
    /// Writes what a batch says to the aggregate of each shard, for <see cref="Aggregate.ReadPartial"/>: nothing for a shard to
    /// which it says nothing. The same batch always gives the same bytes. This way counts first, so that little is sent of
    /// keys that are often the same; a query whose keys seldom are had better send them as they come.
    /// </summary>
    /// <param name="batch">The batch.</param>
    /// <param name="options">The options of the session.</param>
    /// <param name="shards">Gets the bytes for each shard.</param>
    public virtual void WritePartials(Batch batch, QueryOptions options, IReadOnlyList<ArrayBufferWriter<byte>> shards)
    {
        var aggregate = NewAggregate(options);
        var nothing = new ArrayBufferWriter<byte>();
        aggregate.Write(new StateWriter(nothing));
        aggregate.Accumulate(batch);
        foreach (var (shard, part) in aggregate.Partition(shards.Count).Index())
        {
            part.Write(new StateWriter(shards[shard]));
            if (shards[shard].WrittenSpan.SequenceEqual(nothing.WrittenSpan)) shards[shard].ResetWrittenCount();
        }
    }

    /// <summary>Reads an aggregate that <see cref="Aggregate.Write"/> wrote.</summary>
    /// <param name="options">The options of the session.</param>
    /// <param name="reader">The bytes.</param>
    /// <exception cref="InvalidDataException">The bytes are no aggregate of this query.</exception>
    public Aggregate Read(QueryOptions options, ref StateReader reader)
    {
        var aggregate = NewAggregate(options);
        aggregate.Read(ref reader);
        return aggregate;
    }
}

/// <summary>
/// What a query keeps of the rows it has seen: a commutative monoid, so that rows may come in any order, in any number
/// of parts, on any number of machines. The laws are tested for every query of the registry.
/// </summary>
public abstract class Aggregate
{
    /// <summary>Takes in the rows of a batch. Batches of tables that the query does not read leave it as it is.</summary>
    /// <param name="batch">The batch.</param>
    public abstract void Accumulate(Batch batch);

    /// <summary>Takes in what another aggregate of the same query and options has seen. The other one is spent.</summary>
    /// <param name="other">The other aggregate.</param>
    public abstract void Merge(Aggregate other);

    /// <summary>Splits what was seen by a stable hash of the keys. Merging the parts gives the whole again. This aggregate is spent.</summary>
    /// <param name="shards">The number of parts.</param>
    public abstract Aggregate[] Partition(int shards);

    /// <summary>
    /// Drops what the answer cannot need, once all rows of the keys in this part have been seen. Parts of different keys
    /// may still be merged afterwards; rows may no longer be accumulated.
    /// </summary>
    public virtual void Compact()
    {
    }

    /// <summary>Writes the aggregate in its canonical form: equal aggregates give equal bytes.</summary>
    /// <param name="writer">Gets the bytes.</param>
    public abstract void Write(StateWriter writer);

    /// <summary>Takes in what <see cref="Write"/> wrote, as if it were merged.</summary>
    /// <param name="reader">The bytes.</param>
    /// <exception cref="InvalidDataException">The bytes are no such aggregate; a part of them may have been taken in.</exception>
    public abstract void Read(ref StateReader reader);

    /// <summary>Walks through what <see cref="Write"/> wrote, and takes nothing in.</summary>
    /// <param name="reader">The bytes.</param>
    /// <exception cref="InvalidDataException">The bytes are no such aggregate.</exception>
    public abstract void Check(ref StateReader reader);

    /// <summary>Takes in what <see cref="AggregateQuery.WritePartials"/> wrote for a shard.</summary>
    /// <param name="reader">The bytes.</param>
    /// <exception cref="InvalidDataException">The bytes are no partial; a part of them may have been taken in.</exception>
    public virtual void ReadPartial(ref StateReader reader) => Read(ref reader);

    /// <summary>Walks through what <see cref="AggregateQuery.WritePartials"/> wrote, and takes nothing in.</summary>
    /// <param name="reader">The bytes.</param>
    /// <exception cref="InvalidDataException">The bytes are no partial.</exception>
    public virtual void CheckPartial(ref StateReader reader) => Check(ref reader);

    /// <summary>Writes the answer.</summary>
    /// <param name="dimensions">The names of items and stores.</param>
    /// <param name="rows">Gets the rows, in the order of the result file.</param>
    /// <param name="summary">Gets the counts of what was unknown or repeated.</param>
    public abstract void Finish(Dimensions dimensions, ResultWriter rows, ResultSummary summary);
}
