using CoffeeShop.Delivery;
using CoffeeShop.Tests.Delivery.World;

namespace CoffeeShop.Tests.Delivery;

[Trait("suite", "eof")]
public sealed class OwnerTests
{
    private static readonly Destination Shard = Destination.Shard(0);
    private static readonly HashSet<SessionId> AllOpen = [];
    private readonly WorldSession _session = WorldSession.Random(new Random(3), 3, 1, isGuilty: false);
    private readonly Owner<int> _owner = new(Shard, new OwnerOptions());
    private readonly Message[] _messages;

    public OwnerTests()
    {
        _messages = SessionFoldTests.MessagesAt(_session, Shard);
        _owner.Open(_session.Id, _session.Pin);
    }

    [Fact]
    public void What_completes_a_query_is_acknowledged_only_when_its_emission_is_confirmed()
    {
        var work = ApplyAll(_messages[..^1]);
        Assert.Equal(Enumerable.Range(0, _messages.Length - 1).Except(Waiting(work)), work.Acknowledge);
        foreach (var emission in work.Emissions) _owner.Confirm(emission);

        var last = Apply(_messages[^1], tag: 99);
        Assert.Empty(last.Acknowledge);
        var completing = Assert.Single(last.Emissions);
        Assert.Equal([99], _owner.Confirm(completing));
    }

    [Fact]
    public void A_duplicate_after_an_emission_brings_the_same_bytes_again_and_waits_for_them()
    {
        var work = ApplyAll(_messages);
        foreach (var emission in work.Emissions) _owner.Confirm(emission);
        foreach (var message in _messages)
        {
            var again = Apply(message, tag: 7);
            Assert.Empty(again.Acknowledge);
            Assert.NotEmpty(again.Emissions);
            foreach (var emission in again.Emissions)
            {
                var first = work.Emissions.Single(other => other.Query == emission.Query).Message;
                Assert.Equal(first.Body.ToArray(), emission.Message.Body.ToArray());
                Assert.Equal(first with { Body = default }, emission.Message with { Body = default });
            }

            Assert.Equal([7], again.Emissions.SelectMany(_owner.Confirm));
        }
    }

    [Fact]
    public void A_duplicate_while_an_emission_is_under_way_waits_for_it_and_emits_nothing()
    {
        var work = ApplyAll(_messages);
        var again = Apply(_messages[^1], tag: 7);
        Assert.Empty(again.Emissions);
        Assert.Empty(again.Acknowledge);
        Assert.Contains(7, work.Emissions.SelectMany(_owner.Confirm));
    }

    [Fact]
    public void A_recovery_emits_what_is_complete_and_a_record_that_overlaps_another_is_refused()
    {
        foreach (var message in _messages) _owner.Admit(message, 0);
        var record = _owner.Seal().Records.Single();
        var recovered = new Owner<int>(Shard, new OwnerOptions());
        var work = recovered.Recover([Journaled(record)]);
        Assert.Equal([2, 3, 4], work.Emissions.Select(emission => (int)emission.Query));

        foreach (var (damaged, cause) in new[] { (Journaled(record, record with { Sequence = 2 }), "record 2 had been applied before"), (Journaled(record with { Sequence = 2 }), "Record 2 follows record 0") })
        {
            var owner = new Owner<int>(Shard, new OwnerOptions());
            var fault = Assert.Single(owner.Recover([damaged]).Faults);
            Assert.Equal((_session.Id, "Its journal at shard.0 is damaged; the log of the server says how."), (fault.Session, fault.Reason));
            Assert.Contains(cause, fault.Cause, StringComparison.Ordinal);
            Assert.False(owner.Holds(_session.Id));
        }
    }

    [Fact]
    public void Messages_of_a_session_that_is_not_open_are_acknowledged_and_it_is_dropped()
    {
        foreach (var message in _messages) _owner.Admit(message, 5);
        var work = _owner.Commit(_owner.Seal(), new HashSet<SessionId> { _session.Id });
        Assert.Equal(_messages.Length, work.Acknowledge.Count);
        Assert.Empty(work.Emissions);
        Assert.Empty(_owner.Sessions);
    }

    [Fact]
    public void A_session_that_ends_while_its_emissions_are_under_way_lets_its_deliveries_go()
    {
        var work = ApplyAll(_messages);
        Assert.Equal(Waiting(work).Order(), _owner.Keep([_session.Id], AllOpen).Order());
        Assert.Empty(_owner.Sessions);
        Assert.All(work.Emissions, emission => Assert.Empty(_owner.Confirm(emission)));
    }

    [Fact]
    public void A_group_of_nothing_but_duplicates_needs_no_commit()
    {
        Apply(_messages[0], 1);
        _owner.Admit(_messages[0], 2);
        Assert.True(_owner.Seal().IsEmpty);
    }

    [Fact]
    public void Nothing_is_admitted_while_the_outcome_of_a_group_is_unknown()
    {
        _owner.Admit(_messages[0], 1);
        _owner.Seal();
        Assert.Throws<InvalidOperationException>(() => _owner.Admit(_messages[1], 2));
    }

    private OwnerWork<int> ApplyAll(Message[] messages)
    {
        for (var i = 0; i < messages.Length; i++) _owner.Admit(messages[i], i);
        return _owner.Commit(_owner.Seal(), AllOpen);
    }

    private OwnerWork<int> Apply(Message message, int tag)
    {
        _owner.Admit(message, tag);
        return _owner.Commit(_owner.Seal(), AllOpen);
    }

    private IEnumerable<int> Waiting(OwnerWork<int> work) => Enumerable.Range(0, _messages.Length).Except(work.Acknowledge);

    private JournaledSession Journaled(params JournalRecord[] records) => new(_session.Id, _session.Pin, false, 0, default, records, []);
}
