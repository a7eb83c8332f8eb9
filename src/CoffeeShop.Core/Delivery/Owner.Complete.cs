using CoffeeShop.Queries;

namespace CoffeeShop.Delivery;

/// <summary>Completion is a predicate on the state. It is asked after a recovery and after every message, duplicates included.</summary>
public sealed partial class Owner<TTag>
{
    private void Complete(HeldSession<TTag> held, IReadOnlyList<Admitted> group, OwnerWork<TTag> work)
    {
        var waiting = group.Select(admitted => new Waiting<TTag>(admitted.Tag)).ToList();
        foreach (var query in held.Fold.Queries.Where(query => options.IsComplete(held.Fold, query)))
        {
            // What completes a query, and what repeats a part of it afterwards, waits until the outcome is safe.
            var concerned = Enumerable.Range(0, group.Count).Where(i => held.Fold.Needs(query, group[i].Message.Input)).Select(i => waiting[i]).ToList();
            var state = held.StateOf(query.Id);
            // A part of a finished input that comes once more may come from somebody who misses an emission: it is emitted
            // again. A query that is closed is so for good.
            if (state == AnswerState.None || (state == AnswerState.Done && held.Fold is ShardFold && concerned.Count > 0)) Begin(held, query, work);
            else if (state == AnswerState.Done) continue;
            foreach (var delivery in concerned) held.Await(query.Id, delivery);
        }

        work.Add(waiting.Where(delivery => delivery.Outcomes == 0).Select(delivery => delivery.Tag));
    }

    private void Begin(HeldSession<TTag> held, Query query, OwnerWork<TTag> work)
    {
        held.Begin(query.Id);
        var fold = held.Fold;
        switch (fold)
        {
            case ShardFold shard:
                var bytes = shard.Emit(query);
                var message = new Message(fold.Session, Input.EmissionsOf(query), MessageKind.Emission, destination.Number + 1, ContentHash.Of(bytes.Span), bytes);
                work.Add(new Emission(Destination.Join(query), query.Id, fold.Pin.Shards, message));
                break;
            case JoinFold join:
                var (answer, chunks) = join.Answer();
                work.Add(new Closing(fold.Session, answer, chunks));
                break;
            case RowsFold rows:
                work.Add(new Closing(fold.Session, rows.Answer(), []));
                break;
        }
    }
}
