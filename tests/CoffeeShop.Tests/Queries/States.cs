using System.Buffers;
using System.Text;
using CoffeeShop.Queries;
using CoffeeShop.Results;
using CoffeeShop.Tables;

namespace CoffeeShop.Tests.Queries;

/// <summary>Makes and looks at states. Merging spends a state, so each is made anew where it is used.</summary>
internal static class States
{
    public static Aggregate Of(AggregateQuery query, params IEnumerable<Batch> batches)
    {
        var state = query.NewAggregate(QueryOptions.Default);
        foreach (var batch in batches) state.Accumulate(batch);
        return state;
    }

    public static Aggregate With(this Aggregate state, Aggregate other)
    {
        state.Merge(other);
        return state;
    }

    public static Aggregate Merged(AggregateQuery query, IEnumerable<Aggregate> parts) => parts.Aggregate(query.NewAggregate(QueryOptions.Default), With);

    public static Dimensions DimensionsOf(params IEnumerable<Batch> batches)
    {
        var dimensions = new Dimensions();
        foreach (var batch in batches) dimensions.Accumulate(batch);
        return dimensions;
    }

    public static byte[] Bytes(Action<StateWriter> write)
    {
        var bytes = new ArrayBufferWriter<byte>();
        write(new StateWriter(bytes));
        return bytes.WrittenSpan.ToArray();
    }

    public static byte[] Bytes(this Aggregate state) => Bytes(state.Write);

    public static byte[] Bytes(this Dimensions dimensions) => Bytes(dimensions.Write);

    /// <summary>What was read must have been the whole of it.</summary>
    public static Aggregate Read(AggregateQuery query, ReadOnlySpan<byte> bytes)
    {
        var reader = new StateReader(bytes);
        var state = query.Read(QueryOptions.Default, ref reader);
        return reader.IsAtEnd ? state : throw new InvalidDataException("More than the state was there.");
    }

    /// <summary>What a batch says to each shard.</summary>
    public static byte[][] Partials(AggregateQuery query, Batch batch, int shards)
    {
        var partials = Enumerable.Range(0, shards).Select(_ => new ArrayBufferWriter<byte>()).ToArray();
        query.WritePartials(batch, QueryOptions.Default, partials);
        return [.. partials.Select(partial => partial.WrittenSpan.ToArray())];
    }

    /// <summary>What takes in partials; those that say nothing are left out, as they are on the way.</summary>
    public static Aggregate OfPartials(AggregateQuery query, IEnumerable<byte[]> partials)
    {
        var state = query.NewAggregate(QueryOptions.Default);
        foreach (var partial in partials.Where(partial => partial.Length > 0)) state.ReadWholePartial(partial);
        return state;
    }

    /// <summary>Takes in a partial. What was read must have been the whole of it, and checking must find the same.</summary>
    public static void ReadWholePartial(this Aggregate state, ReadOnlySpan<byte> partial)
    {
        var checking = new StateReader(partial);
        state.CheckPartial(ref checking);
        var reader = new StateReader(partial);
        state.ReadPartial(ref reader);
        Assert.Equal(checking.IsAtEnd, reader.IsAtEnd);
        if (!reader.IsAtEnd) throw new InvalidDataException("More than the partial was there.");
    }

    public static Dimensions ReadDimensions(ReadOnlySpan<byte> bytes)
    {
        var dimensions = new Dimensions();
        var reader = new StateReader(bytes);
        dimensions.Read(ref reader);
        return reader.IsAtEnd ? dimensions : throw new InvalidDataException("More than the names were there.");
    }

    /// <summary>The rows of the answer, and what the summary says.</summary>
    public static string Answer(this Aggregate state, Dimensions? dimensions = null)
    {
        var (rows, summary) = (new ArrayBufferWriter<byte>(), new ResultSummary());
        state.Finish(dimensions ?? new Dimensions(), new ResultWriter(rows), summary);
        return $"{Encoding.UTF8.GetString(rows.WrittenSpan)}{Describe(summary)}";
    }

    /// <summary>The rows of the answer.</summary>
    public static string Rows(Aggregate state, Dimensions dimensions)
    {
        var rows = new ArrayBufferWriter<byte>();
        state.Finish(dimensions, new ResultWriter(rows), new ResultSummary());
        return Encoding.UTF8.GetString(rows.WrittenSpan);
    }

    public static string Filtered(RowQuery query, params IEnumerable<Batch> batches) => Filtered(query, QueryOptions.Default, batches);

    public static string Filtered(RowQuery query, QueryOptions options, IEnumerable<Batch> batches)
    {
        var rows = new ArrayBufferWriter<byte>();
        var writer = new ResultWriter(rows);
        foreach (var batch in batches) query.Filter(batch, options, writer);
        return Encoding.UTF8.GetString(rows.WrittenSpan);
    }

    private static string Describe(ResultSummary summary) =>
        $"unknown: items {string.Join(' ', summary.UnknownItems.Order())}, stores {string.Join(' ', summary.UnknownStores.Order())}, users {string.Join(' ', summary.UnknownUsers.Order())}; " +
        $"repeated: items {summary.RepeatedItems}, stores {summary.RepeatedStores}, users {summary.RepeatedUsers}";
}
