using System.Threading.Channels;
using CoffeeShop.Bus;
using CoffeeShop.Protocol;
using CoffeeShop.Storage;
using Microsoft.AspNetCore.Connections;

namespace CoffeeShop.Gateway;

/// <summary>
/// Answers the frames of a connection strictly in the order in which they came, each only when it can no longer be lost; and
/// bounds what is in between. An answer has no number, so the order is all that tells which frame it answers.
/// </summary>
internal sealed class Acknowledgements(ClientConnection connection, GatewayLimits limits) : IDisposable
{
    /// <summary>What a frame in flight costs beside its bytes, so that many small ones are bounded too.</summary>
    private const int FrameOverhead = 512;

    private readonly Channel<Pending> _pending = Channel.CreateUnbounded<Pending>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
    private readonly SemaphoreSlim _room = new(0, 1);
    private readonly TaskCompletionSource _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _inFlight;

    /// <summary>Completes when everything up to <see cref="Complete"/> has been answered; never, when that cannot be done.</summary>
    public Task Answered => _answered.Task;

    /// <summary>Adds a frame. Waits while too many bytes are in flight, so that nothing more is read from the socket.</summary>
    /// <param name="answer">Completes with the answer; a failure ends the connection.</param>
    /// <param name="bytes">The size of the frame.</param>
    /// <exception cref="OperationCanceledException">The connection is interrupted.</exception>
    public async ValueTask AddAsync(Task<BatchReceived> answer, long bytes)
    {
        var cost = bytes + FrameOverhead;
        Interlocked.Add(ref _inFlight, cost);
        _pending.Writer.TryWrite(new Pending(answer, cost));
        while (Interlocked.Read(ref _inFlight) >= limits.InFlightBytes) await _room.WaitAsync(connection.Interrupted);
    }

    /// <summary>No more frames come.</summary>
    public void Complete() => _pending.Writer.TryComplete();

    /// <summary>Answers until <see cref="Complete"/>, or until an answer fails or cannot be sent, which interrupts the connection.</summary>
    public async Task RunAsync()
    {
        try
        {
            while (await _pending.Reader.WaitToReadAsync())
            {
                while (_pending.Reader.TryRead(out var pending)) await AnswerAsync(pending);
                await connection.FlushAsync(limits.WriteTime);
            }

            _answered.TrySetResult();
        }
        catch (Exception e) when (e is BusException or StorageException)
        {
            connection.Interrupt(ErrorCode.Unavailable, "The server is in trouble that will pass; connect again and resume.");
            throw;
        }
        catch (ProtocolException e)
        {
            connection.Interrupt(e.Code, e.Message);
            throw;
        }
        catch (Exception e) when (e is IOException or ConnectionAbortedException)
        {
            connection.Interrupt(ErrorCode.None, "The client is gone.");
            throw;
        }
    }

    public void Dispose() => _room.Dispose();

    private async ValueTask AnswerAsync(Pending pending)
    {
        // What has been written is sent before anything is waited for: the client may wait for it.
        if (!pending.Answer.IsCompleted) await connection.FlushAsync(limits.WriteTime);
        FrameWriter.Write(connection.Output, await pending.Answer);
        var inFlight = Interlocked.Add(ref _inFlight, -pending.Cost);
        if (inFlight < limits.InFlightBytes && inFlight + pending.Cost >= limits.InFlightBytes && _room.CurrentCount == 0) _room.Release();
    }

    private readonly record struct Pending(Task<BatchReceived> Answer, long Cost);
}
