using System.Diagnostics.CodeAnalysis;
using CoffeeShop.Bus;
using CoffeeShop.Delivery;
using CoffeeShop.Storage;
using Microsoft.Extensions.Logging;

namespace CoffeeShop.Workers;

/// <summary>
/// Handles a message that is under suspicion: it has been delivered before, or its handling has failed. It is handled alone, after
/// its attempt is committed, so that one that ends the process is known by that.
/// </summary>
/// <param name="storage">Counts the attempts, and ends a session.</param>
/// <param name="queue">Where the messages come from.</param>
/// <param name="poison">How often a message may fail or end the process.</param>
/// <param name="log">Gets the failures.</param>
internal sealed class Suspicion(IStorage storage, QueueName queue, Poison poison, ILogger log)
{
    /// <summary>
    /// Attempts that began and that trouble of the bus or the database ended: they go on, and do not count twice. Also what was
    /// begun and is still under way when another worker gets the message is no more than one too many.
    /// </summary>
    private readonly HashSet<AttemptKey> _interrupted = [];

    /// <summary>Handles a message, as often as it may fail.</summary>
    /// <param name="message">The message.</param>
    /// <param name="handle">Handles it. What it throws is a failure of the message, and it has changed nothing then.</param>
    /// <param name="commit">Makes what was done last. What it throws is no failure of the message.</param>
    /// <returns>False when the message has failed its session or the session is not open: it has no effect and must be acknowledged.</returns>
    public async Task<bool> HandleAsync(Message message, Action handle, Func<Task> commit)
    {
        var key = new AttemptKey(message.Session, queue.Name, message.Input, message.Kind == MessageKind.End ? 0 : message.Number);
        await ForgetEndedAsync();
        while (true)
        {
            if (_interrupted.Add(key))
            {
                if (await storage.BeginAttemptAsync(key) is not { } attempts)
                {
                    _interrupted.Remove(key);
                    return false;
                }

                if (poison.Judge(key, attempts) is { } reason)
                {
                    _interrupted.Remove(key);
                    if (await storage.EndSessionAsync(message.Session, SessionState.Failed, reason)) log.SessionFailed(message.Session, queue.Name, reason);
                    return false;
                }
            }

            if (Try(handle) is not { } failure)
            {
                await commit();
                await storage.ClearAttemptsAsync(key);
                _interrupted.Remove(key);
                return true;
            }

            var failed = await storage.FailAttemptAsync(key);
            _interrupted.Remove(key);
            // Another message has ended the session meanwhile: nothing is counted any more.
            if (failed is null) return false;
            log.AttemptFailed(message.Session, $"{message.Input}", message.Number, queue.Name, failed.Value.Failed, failure);
        }
    }

    /// <summary>What was interrupted may never come again here when its session has ended.</summary>
    private async Task ForgetEndedAsync()
    {
        if (_interrupted.Count == 0) return;
        var open = await storage.FindOpenAsync([.. _interrupted.Select(key => key.Session).Distinct()]);
        _interrupted.RemoveWhere(key => !open.Contains(key.Session));
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Whatever a message brings about, only its session may fail of it. It is counted, logged and told.")]
    private static string? Try(Action handle)
    {
        try
        {
            handle();
            return null;
        }
        catch (Exception e)
        {
            return e.Message;
        }
    }
}
