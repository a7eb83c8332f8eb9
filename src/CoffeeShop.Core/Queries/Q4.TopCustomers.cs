using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CoffeeShop.Results;
using CoffeeShop.Tables;

namespace CoffeeShop.Queries;

/// <summary>
/// q4: per store, the birthdates of the users with the most transactions in the years. More purchases first, then the
/// lower user id. There is no hour filter; transactions of guests do not count.
/// </summary>
public sealed partial class TopCustomers : AggregateQuery
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
    private sealed partial class Customers(QueryOptions options) : Aggregate
    {
        private CountTable _purchases = new();
        private KeyTable<Birthdate> _birthdates = NewBirthdates();
        private ulong _repeatedUsers;
        private long[] _keys = [];

        public override void Accumulate(Batch batch)
        {
            if (batch.Table == Transactions.Table) AccumulatePurchases(batch);
            else if (batch.Table == Users.Table) AccumulateUsers(batch.Values(Users.UserId), PackedOf(batch.Values(Users.Birthdate)));
        }

        [MethodImpl(Hot.Path)]
        private void AccumulatePurchases(Batch batch)
        {
            var stores = batch.Values(Transactions.StoreId);
            var users = batch.Values(Transactions.UserId);
            var times = batch.Values(Transactions.CreatedAt);
            if (_keys.Length < users.Length) _keys = new long[users.Length];
            var count = 0;
            for (var i = 0; i < users.Length; i++)
                if (users[i] != Column.NoId && options.InYears(times[i])) _keys[count++] = Key.Of(stores[i], users[i]);
            _purchases.CountEach(_keys.AsSpan(0, count));
        }

        [MethodImpl(Hot.Path)]
        private void AccumulateUsers(ReadOnlySpan<int> users, ReadOnlySpan<int> birthdates)
        {
            const int Ahead = KeyTable<Birthdate>.KeysAhead;
            var before = _birthdates.Count;
            for (var i = 0; i < users.Length; i++)
            {
                if (i + Ahead < users.Length) _birthdates.Prefetch(KeyOf(users[i + Ahead]));
                Birthdate.Merge(users[i], ref _birthdates[KeyOf(users[i])], new Birthdate { Packed = birthdates[i] });
            }

            _repeatedUsers += (ulong)(users.Length - (_birthdates.Count - before));
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
            // The run of the user is the low id in both tables, so purchases meet their user's birthdate in one shard.
            _purchases.PartitionInto([.. parts.Select(part => part._purchases)]);
            _birthdates.PartitionInto([.. parts.Select(part => part._birthdates)]);
            parts[0]._repeatedUsers = _repeatedUsers;
            return parts;
        }

        public override void Compact()
        {
            var (purchases, birthdates) = (new CountTable(), NewBirthdates());
            foreach (var (store, user, count) in Top())
            {
                purchases.Add(Key.Of(store, user), count);
                if (_birthdates.TryGetValue(KeyOf(user), out var birthdate)) birthdates[KeyOf(user)] = birthdate;
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
            CountTable.Check(ref reader);
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
                if (_birthdates.TryGetValue(KeyOf(user), out var birthdate))
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
            var stores = new Dictionary<int, Best>();
            _purchases.Visit((store, firstUser, counts) =>
            {
                if (!stores.TryGetValue(store, out var best)) stores.Add(store, best = new Best(options.Top));
                for (var i = 0; i < counts.Length; i++)
                    if (counts[i] >= best.CountMin) best.Offer(new Customer(firstUser + i, counts[i]));
            });

            foreach (var store in stores.Keys.Order())
                foreach (var customer in stores[store].Ranked()) yield return (store, customer.User, customer.Count);
        }

        /// <summary>
        /// Of 16 users in a row, each is an entry of its own: the low id must be that of their purchases, for their shards
        /// to be the same.
        /// </summary>
        private static long KeyOf(int user) => Key.Of(user % CountTable.RunLength, user / CountTable.RunLength);

        public static ReadOnlySpan<int> PackedOf(ReadOnlySpan<LocalDate> dates) => MemoryMarshal.Cast<LocalDate, int>(dates);

        private static KeyTable<Birthdate> NewBirthdates() => new(Birthdate.Merge, KeyTable<Birthdate>.SlicesMax);

        /// <summary>The best customers of a store so far.</summary>
        private sealed class Best(int max)
        {
            /// <summary>The worst of them is at the head.</summary>
            private readonly PriorityQueue<Customer, Customer> _customers = new();
            private Customer? _worst;

            /// <summary>Fewer purchases cannot be among the best. Nearly all are fewer.</summary>
            public uint CountMin { get; private set; } = 1;

            public void Offer(Customer customer)
            {
                if (_worst is { } worst && customer.CompareTo(worst) <= 0) return;
                _customers.Enqueue(customer, customer);
                if (_customers.Count > max) _customers.Dequeue();
                if (_customers.Count < max) return;
                _worst = _customers.Peek();
                CountMin = _worst.Value.Count;
            }

            /// <summary>The first first. Nothing is left.</summary>
            public IEnumerable<Customer> Ranked()
            {
                var ranked = new List<Customer>();
                while (_customers.TryDequeue(out var customer, out _)) ranked.Add(customer);
                return ranked.AsEnumerable().Reverse();
            }
        }

        /// <summary>A user's purchases in a store. Greater is better: more purchases, then the lower user.</summary>
        private readonly record struct Customer(int User, uint Count) : IComparable<Customer>
        {
            public int CompareTo(Customer other) =>
                Count != other.Count ? Count.CompareTo(other.Count) : other.User.CompareTo(User);
        }
    }

    private struct Birthdate : IStateValue<Birthdate>
    {
        public static readonly LocalDate Last = new(9999, 12, 31);

        /// <summary>The earliest birthdate given, as <see cref="LocalDate.Packed"/>; 0 when none was.</summary>
        public int Packed;

        public static void Merge(long user, ref Birthdate into, Birthdate more)
        {
            if (into.Packed == 0 || (more.Packed != 0 && more.Packed < into.Packed)) into = more;
        }

        public static void Write(StateWriter writer, Birthdate value) => writer.Natural((ulong)value.Packed);

        public static Birthdate Read(ref StateReader reader) => new() { Packed = (int)reader.Natural(max: (ulong)Last.Packed) };
    }
}
