using System.Buffers;
using System.Collections.Immutable;
using CoffeeShop.Delivery;
using CoffeeShop.Protocol;
using CoffeeShop.Queries;
using CoffeeShop.Tables;
using CoffeeShop.Tests.Oracle;
using CoffeeShop.Tests.Queries;

namespace CoffeeShop.Tests.Protocol;

/// <summary>Messages of every kind.</summary>
internal static class RandomMessages
{
    /// <summary>One of those who may send it.</summary>
    public static Sender SenderOf(MessageType type) =>
        new[] { Sender.Client, Sender.Server, Sender.Bus }.First(sender => type.Senders.HasFlag(sender));

    public static IMessage Of(Random random, byte opcode) => opcode switch
    {
        Opcode.DataBatch => RandomDataBatch(random),
        Opcode.BatchSuccess => BatchReceived.Success,
        Opcode.BatchFail => BatchReceived.Failure,
        Opcode.Finished => new Finished(random.Next()),
        Opcode.EndOfTable => new EndOfTable(RandomTable(random), random.NextInt64(), random.OneIn(2) ? null : (ulong)random.NextInt64()),
        Opcode.Hello => new Hello(
            random.Pick("1", "agencia-1", new string('x', 64)), random.Pick("", "token", "令牌"), random.OneIn(2) ? null : RandomKey(random),
            random.OneIn(2) ? QueryOptions.Default : new QueryOptions { Years = [1, 2024, 9999], Top = int.MaxValue, MinAmount = new Money(long.MinValue) },
            RandomBytes32(random), random.NextInt64()),
        Opcode.Welcome => new Welcome(RandomKey(random), RandomMarks(random)),
        Opcode.Columns => RandomColumns(random),
        Opcode.Result => new ResultPart(random.NextInt64(), RandomBytes(random)),
        Opcode.Progress => new ServerProgress(RandomMarks(random), random.NextInt64(), (byte)random.Next(3), 4),
        Opcode.SessionEnd => new SessionEnd(
            (SessionState)random.Next(1, 5), random.NextInt64(), RandomBytes32(random), random.NextInt64(),
            [.. Enumerable.Range(1, random.Next(5)).Select(query => new QueryRows((byte)query, random.NextInt64()))]),
        Opcode.Error => new ErrorMessage((ErrorCode)random.Next(1, 20), random.Pick("", "why", new string('é', 512), new string('€', 1000))),
        Opcode.Partials or Opcode.Rows or Opcode.Emission => new BusPayload(opcode, RandomBytes(random)),
        _ => RandomRows(random, TableRegistry.All.Single(table => table.Opcode == opcode)),
    };

    private static DataBatch RandomDataBatch(Random random)
    {
        var opcode = random.Pick(Opcode.Columns, Opcode.EndOfTable, Opcode.Partials, (byte)7);
        var inner = new ReadOnlySequence<byte>(Shown.Frame(Of(random, opcode)));
        Assert.True(FrameReader.TryRead(ref inner, Sender.Bus, out var frame));
        return new DataBatch
        {
            TableIds = [.. RandomBytes(random).ToArray().Take(255)],
            QueryIds = [1, 2, 3],
            Flags = (ushort)random.Next(),
            BatchNumber = random.NextInt64(),
            Meta = [.. Enumerable.Range(0, random.Next(256)).Select(key => KeyValuePair.Create((byte)key, (byte)random.Next()))],
            TotalShards = (ushort)random.Next(),
            ShardNumber = (ushort)random.Next(),
            Embedded = frame,
        };
    }

    private static Columns RandomColumns(Random random)
    {
        var table = RandomTable(random);
        var rows = Shown.Columnar(Batches.Random(random, table, random.Next(20)));
        return new Columns(table, random.NextInt64(1, long.MaxValue), (BatchStatus)random.Next(3), ContentHash.Of(rows), new(rows));
    }

    private static TableRows RandomRows(Random random, Table table)
    {
        var fields = new RandomFields(random);
        var count = random.Next(6);
        var rows = Enumerable.Range(0, count).SelectMany(_ => RowsTests.Row(
            random.Shuffled(table.WireKeys.Select(key => new[] { key, random.OneIn(20) ? fields.Bad() : fields.Of(key) }))));
        return new(table, count, random.NextInt64(), (BatchStatus)random.Next(3), new(rows.ToArray()));
    }

    private static ImmutableArray<TableMark> RandomMarks(Random random) =>
        [.. random.Shuffled(TableRegistry.All).Take(random.Next(6)).Select(table => new TableMark(table, random.NextInt64()))];

    private static SessionKey RandomKey(Random random)
    {
        var id = new byte[16];
        random.NextBytes(id);
        return new SessionKey(SessionId.Read(id), RandomBytes32(random));
    }

    private static Table RandomTable(Random random) => TableRegistry.All[random.Next(TableRegistry.All.Length)];

    private static Bytes32 RandomBytes32(Random random)
    {
        var bytes = new byte[Bytes32.Size];
        random.NextBytes(bytes);
        return new Bytes32(bytes);
    }

    private static ReadOnlySequence<byte> RandomBytes(Random random)
    {
        var bytes = new byte[random.Next(300)];
        random.NextBytes(bytes);
        return new(bytes);
    }
}
