using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using CoffeeShop.Results;
using CoffeeShop.Tables;

namespace CoffeeShop.Queries;

/// <summary>
/// q4: per store, the birthdates of the users with the most transactions in the years. More purchases first, then the
/// lower user id. There is no hour filter; transactions of guests do not count.
/// </summary>
public sealed class TopCustomers : AggregateQuery
{
    private static readonly ResultShape Shape =
        new("q4", new("store_name", IsKey: true), new("birthdate"), new("purchases_qty", IsNumber: true));

    /// <inheritdoc/>
    public override byte Id => 4;

    /// <inheritdoc/>
    public override ImmutableArray<Column> Reads =>
    [
        Transactions.StoreId, Transactions.UserId, Transactions.CreatedAt,
        Users.UserId, Users.Birthdate,
        Stores.StoreId, Stores.StoreName,
    ];

    /// <inheritdoc/>
    public override ImmutableArray<ResultShape> Shapes => [Shape];

    /// <inheritdoc/>
    public override Aggregate NewAggregate(QueryOptions options) => new Customers(options);

    /// <summary>The purchases of each user in each store, and the birthdate of each user.</summary>
    private sealed class Customers(QueryOptions options) : Aggregate
    {
        private KeyTable<Purchases> _purchases = new(KeyTable<Purchases>.SlicesMax);
        private KeyTable<Birthdate> _birthdates = new(KeyTable<Birthdate>.SlicesMax);
        private ulong _repeatedUsers;
        private long[] _keys = [];
        private Purchases[] _ones = [];
        private Birthdate[] _dates = [];

        public override void Accumulate(Batch batch)
        {
            if (batch.Table == Transactions.Table) AccumulatePurchases(batch);
            else if (batch.Table == Users.Table) AccumulateUsers(batch);
        }

        [MethodImpl(Hot.Path)]
        private void AccumulatePurchases(Batch batch)
        {
            var stores = batch.Values(Transactions.StoreId);
            var users = batch.Values(Transactions.UserId);
            var times = batch.Values(Transactions.CreatedAt);
            Reserve(users.Length);
            var count = 0;
            for (var i = 0; i < users.Length; i++)
                if (users[i] != Column.NoId && options.InYears(times[i])) _keys[count++] = Key.Of(stores[i], users[i]);
            _purchases.MergeEach(_keys.AsSpan(0, count), _ones);
        }

        [MethodImpl(Hot.Path)]
        private void AccumulateUsers(Batch batch)
        {
            var users = batch.Values(Users.UserId);
            var birthdates = batch.Values(Users.Birthdate);
            Reserve(users.Length);
            for (var i = 0; i < users.Length; i++)
            {
                _keys[i] = users[i];
                _dates[i] = new Birthdate { Packed = birthdates[i].Packed };
            }

            var before = _birthdates.Count;
            _birthdates.MergeEach(_keys.AsSpan(0, users.Length), _dates);
            _repeatedUsers += (ulong)(users.Length - (_birthdates.Count - before));
        }

        /// <summary>Makes room for the keys of a batch, and for their values.</summary>
        private void Reserve(int rows)
        {
            if (_keys.Length >= rows) return;
            _keys = new long[rows];
            _ones = new Purchases[rows];
            _dates = new Birthdate[rows];
            Array.Fill(_ones, new Purchases { Count = 1 });
        }

        public override void Merge(Aggregate other)
        {
            var more = (Customers)other;
            var users = _birthdates.Count + more._birthdates.Count;
            _purchases.Merge(more._purchases);
            _birthdates.Merge(more._birthdates);
            _repeatedUsers += more._repeatedUsers + (ulong)(users - _birthdates.Count);
        }

        public override Aggregate[] Partition(int shards)
        {
            var parts = Enumerable.Range(0, shards).Select(_ => new Customers(options)).ToArray();
            // The user is the low id in both tables, so purchases meet their user's birthdate in one shard.
            _purchases.PartitionInto([.. parts.Select(part => part._purchases)]);
            _birthdates.PartitionInto([.. parts.Select(part => part._birthdates)]);
            parts[0]._repeatedUsers = _repeatedUsers;
            return parts;
        }

        public override void Compact()
        {
            var (purchases, birthdates) = (new KeyTable<Purchases>(KeyTable<Purchases>.SlicesMax), new KeyTable<Birthdate>(KeyTable<Birthdate>.SlicesMax));
            foreach (var (store, user, count) in Top())
            {
                purchases[Key.Of(store, user)].Count = count;
                if (_birthdates.TryGetValue(user, out var birthdate)) birthdates[user] = birthdate;
            }

            (_purchases, _birthdates) = (purchases, birthdates);
        }

        public override void Write(StateWriter writer)
        {
            _purchases.Write(writer);
            _birthdates.Write(writer);
            writer.Natural(_repeatedUsers);
        }

        public override void Read(ref StateReader reader)
        {
            _purchases.Read(ref reader);
            var users = _birthdates.Count;
            var read = _birthdates.Read(ref reader);
            _repeatedUsers += reader.Natural() + (ulong)(users + read - _birthdates.Count);
        }

        public override void Check(ref StateReader reader)
        {
            KeyTable.Check<Purchases>(ref reader);
            KeyTable.Check<Birthdate>(ref reader);
            reader.Natural();
        }

        public override void Finish(Dimensions dimensions, ResultWriter rows, ResultSummary summary)
        {
            Span<byte> text = stackalloc byte[LocalDate.FormattedBytes];
            foreach (var (store, user, count) in Top())
            {
                rows.Begin(Shape);
                rows.Text(dimensions.StoreName(store, summary));
                if (_birthdates.TryGetValue(user, out var birthdate))
                {
                    new LocalDate(birthdate.Packed).Format(text);
                    rows.Text(text);
                }
                else
                {
                    summary.UnknownUsers.Add(user);
                    rows.Null();
                }

                rows.Count(count);
                rows.End();
            }

            summary.RepeatedUsers += _repeatedUsers;
        }

        /// <summary>The customers in the answer: by store, the first first.</summary>
        private IEnumerable<(int Store, int User, uint Count)> Top()
        {
            var stores = new Dictionary<int, PriorityQueue<Customer, Customer>>();
            _purchases.Visit((key, purchases) =>
            {
                // Per store the best so far, the worst of them at the head.
                if (!stores.TryGetValue(Key.High(key), out var best)) stores.Add(Key.High(key), best = new());
                if (best.Count == options.Top && best.TryPeek(out var worst, out _))
                {
                    // Nearly all end here.
                    if (purchases.Count < worst.Count || (purchases.Count == worst.Count && Key.Low(key) > worst.User)) return;
                    best.Dequeue();
                }

                var customer = new Customer(Key.Low(key), purchases.Count);
                best.Enqueue(customer, customer);
            });

            foreach (var store in stores.Keys.Order())
            {
                var ranked = new List<Customer>();
                while (stores[store].TryDequeue(out var customer, out _)) ranked.Add(customer);
                for (var i = ranked.Count - 1; i >= 0; i--) yield return (store, ranked[i].User, ranked[i].Count);
            }
        }

        /// <summary>A user's purchases in a store. Greater is better: more purchases, then the lower user.</summary>
        private sealed record Customer(int User, uint Count) : IComparable<Customer>
        {
            public int CompareTo(Customer? other) =>
                Count != other!.Count ? Count.CompareTo(other.Count) : other.User.CompareTo(User);
        }
    }

    private struct Purchases : IMergeable<Purchases>
    {
        /// <summary>32 bits, so that an entry takes 12 bytes: there are millions.</summary>
        public uint Count;

        public static void Merge(ref Purchases into, Purchases more)
        {
            if (into.Count > uint.MaxValue - more.Count)
                throw new InputException($"One user has more than {uint.MaxValue} transactions in one store, which is more than q4 can count.");
            into.Count += more.Count;
        }

        public static void Write(StateWriter writer, Purchases value) => writer.Natural(value.Count);

        public static Purchases Read(ref StateReader reader) => new() { Count = (uint)reader.Natural(max: uint.MaxValue) };
    }

    private struct Birthdate : IMergeable<Birthdate>
    {
        private static readonly LocalDate Last = new(9999, 12, 31);

        /// <summary>The earliest birthdate given, as <see cref="LocalDate.Packed"/>; 0 when none was.</summary>
        public int Packed;

        public static void Merge(ref Birthdate into, Birthdate more)
        {
            if (into.Packed == 0 || (more.Packed != 0 && more.Packed < into.Packed)) into = more;
        }

        public static void Write(StateWriter writer, Birthdate value) => writer.Natural((ulong)value.Packed);

        public static Birthdate Read(ref StateReader reader) => new() { Packed = (int)reader.Natural(max: (ulong)Last.Packed) };
    }
}
