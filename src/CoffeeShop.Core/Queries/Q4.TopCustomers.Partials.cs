using System.Buffers;
using System.Runtime.CompilerServices;
using CoffeeShop.Tables;

namespace CoffeeShop.Queries;

/// <summary>
/// What a batch says to a shard is hardly less when it is counted first, since few users come twice in it. So the rows are
/// only divided among the shards, which count them.
/// <code>
/// of transactions │ 0 │ store of each │ user of each │
/// of users        │ 1 │ user of each │ birthdate of each │
/// </code>
/// </summary>
public sealed partial class TopCustomers
{
    private const byte PurchasesKind = 0;
    private const byte UsersKind = 1;

    /// <inheritdoc/>
    public override void WritePartials(Batch batch, QueryOptions options, IReadOnlyList<ArrayBufferWriter<byte>> shards)
    {
        var shardOf = ArrayPool<int>.Shared.Rent(batch.Count);
        if (batch.Table == Transactions.Table)
        {
            var users = batch.Values(Transactions.UserId);
            ChooseShards(users, batch.Values(Transactions.CreatedAt), options, shards.Count, shardOf);
            Divide(PurchasesKind, batch.Values(Transactions.StoreId), users, shardOf, shards);
        }
        else if (batch.Table == Users.Table)
        {
            var users = batch.Values(Users.UserId);
            for (var i = 0; i < users.Length; i++) shardOf[i] = ShardOf(users[i], shards.Count);
            Divide(UsersKind, users, Customers.PackedOf(batch.Values(Users.Birthdate)), shardOf, shards);
        }

        ArrayPool<int>.Shared.Return(shardOf);
    }

    /// <summary>The shard of each purchase; -1 of what is none.</summary>
    [MethodImpl(Hot.Path)]
    private static void ChooseShards(ReadOnlySpan<int> users, ReadOnlySpan<LocalDateTime> times, QueryOptions options, int shards, Span<int> shardOf)
    {
        for (var i = 0; i < users.Length; i++)
            shardOf[i] = users[i] != Column.NoId && options.InYears(times[i]) ? ShardOf(users[i], shards) : -1;
    }

    /// <summary>As the tables are partitioned, by the run of the user: so a compacted shard has the birthdates of its customers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int ShardOf(int user, int shards) => StableHash.Shard(user / CountTable.RunLength, shards);

    /// <summary>Writes the pairs of each shard, in the order of the rows.</summary>
    [MethodImpl(Hot.Path)]
    private static void Divide(byte kind, ReadOnlySpan<int> left, ReadOnlySpan<int> right, ReadOnlySpan<int> shardOf, IReadOnlyList<ArrayBufferWriter<byte>> shards)
    {
        // Where the pairs of each shard begin, once they are in the order of the shards.
        var next = new int[shards.Count + 1];
        for (var i = 0; i < left.Length; i++) next[shardOf[i] + 1]++;
        next[0] = 0;
        for (var shard = 1; shard < next.Length; shard++) next[shard] += next[shard - 1];
        var lefts = ArrayPool<int>.Shared.Rent(left.Length);
        var rights = ArrayPool<int>.Shared.Rent(left.Length);
        for (var i = 0; i < left.Length; i++)
        {
            if (shardOf[i] < 0) continue;
            var place = next[shardOf[i]]++;
            (lefts[place], rights[place]) = (left[i], right[i]);
        }

        // Every place has moved on to where the next shard begins.
        for (var (shard, begin) = (0, 0); shard < shards.Count; begin = next[shard++])
        {
            if (next[shard] == begin) continue;
            var writer = new StateWriter(shards[shard]);
            writer.Natural(kind);
            writer.Numbers(lefts.AsSpan(begin..next[shard]));
            writer.Numbers(rights.AsSpan(begin..next[shard]));
        }

        ArrayPool<int>.Shared.Return(lefts);
        ArrayPool<int>.Shared.Return(rights);
    }

    private sealed partial class Customers
    {
        private int[] _lefts = [];
        private int[] _rights = [];

        public override void ReadPartial(ref StateReader reader)
        {
            var kind = ReadPairs(ref reader, out var left, out var right);
            if (kind == PurchasesKind) CountPurchases(left, right);
            else AccumulateUsers(left, right);
        }

        public override void CheckPartial(ref StateReader reader) => ReadPairs(ref reader, out _, out _);

        [MethodImpl(Hot.Path)]
        private void CountPurchases(ReadOnlySpan<int> stores, ReadOnlySpan<int> users)
        {
            if (_keys.Length < users.Length) _keys = new long[users.Length];
            for (var i = 0; i < users.Length; i++) _keys[i] = Key.Of(stores[i], users[i]);
            _purchases.CountEach(_keys.AsSpan(0, users.Length));
        }

        private byte ReadPairs(ref StateReader reader, out ReadOnlySpan<int> left, out ReadOnlySpan<int> right)
        {
            var kind = (byte)reader.Natural(max: UsersKind);
            left = reader.Numbers(ref _lefts);
            right = reader.Numbers(ref _rights);
            if (left.Length != right.Length) throw new InvalidDataException($"{left.Length} ids of q4 came with {right.Length} others.");
            if (kind == UsersKind && right.ContainsAnyExceptInRange(0, Birthdate.Last.Packed)) throw new InvalidDataException("A birthdate of q4 is no date.");
            return kind;
        }
    }
}
