using System.Threading.Channels;
using CoffeeShop.Observability;
using CoffeeShop.Protocol;
using Microsoft.AspNetCore.Connections;

namespace CoffeeShop.Gateway;

/// <summary>
/// Answers the frames of a connection strictly in the order in which they came, each only when it can no longer be lost; and
/// bounds what is in between. An answer has no number, so the order is all that tells which frame it answers.
/// </summary>
internal sealed class Acknowledgements(ClientConnection connection, GatewayLimits limits, Func<int> sessions, TimeProvider clock) : IDisposable
{
    /// <summary>What a frame in flight costs beside its bytes, so that many small ones are bounded too.</summary>
    private const int FrameOverhead = 512;

    private readonly Channel<Pending> _pending = Channel.CreateUnbounded<Pending>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
    private readonly SemaphoreSlim _room = new(0, 1);
    private readonly TaskCompletionSource _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _inFlight;
    private readonly SemaphoreSlim _output = new(1, 1);
    private volatile bool _isWaiting;
    private bool _isUnheard;
    private bool _hasWritten;

    /// <summary>Completes when everything up to <see cref="Complete"/> has been answered; never, when that cannot be done.</summary>
    public Task Answered => _answered.Task;

    /// <summary>Whether the client's leaving does not matter for what it has sent.</summary>
    public bool GoesOnUnheard { get; set; }

    /// <summary>What a client that waits for an answer is told from time to time; null for nothing.</summary>
    public Func<IMessage>? Meanwhile { get; set; }

    /// <summary>Adds a frame. Waits while too many bytes are in flight, so that nothing more is read from the socket.</summary>
    /// <param name="answer">Completes with the answer; a failure ends the connection.</param>
    /// <param name="bytes">The size of the frame.</param>
    /// <exception cref="OperationCanceledException">The connection is interrupted.</exception>
    public async ValueTask AddAsync(Task<BatchReceived> answer, long bytes)
    {
        var cost = bytes + FrameOverhead;
        Interlocked.Add(ref _inFlight, cost);
        connection.Owe(cost);
        _pending.Writer.TryWrite(new Pending(answer, cost));
        _isWaiting = true;
        while (Interlocked.Read(ref _inFlight) >= limits.InFlightBytesOf(sessions())) await _room.WaitAsync(connection.Interrupted);
        _isWaiting = false;
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
                await FlushAsync();
            }

            _answered.TrySetResult();
        }
        catch (Exception e)
        {
            var ending = e switch
            {
                ProtocolException broken => new Ending(broken.Code, broken.Message),
                IOException or ConnectionAbortedException => Ending.Left,
                _ => Ending.InTrouble,
            };
            connection.Interrupt(ending.Code, ending.Text);
            throw;
        }
    }

    /// <summary>Gives no more answers. Once it has completed nobody else writes to the output of the connection, whatever is still under way.</summary>
    public async Task AbandonAsync()
    {
        await _output.WaitAsync();
        _isUnheard = true;
        _output.Release();
    }

    // The other semaphore has no handle to release, and answers under way may outlive the connection.
    public void Dispose() => _room.Dispose();

    private async ValueTask AnswerAsync(Pending pending)
    {
        // What has been written is sent before anything is waited for: the client may wait for it.
        if (!pending.Answer.IsCompleted) await FlushAsync();
        var answer = await WaitAsync(pending.Answer);
        FailPoint.BatchPublished.Hit();
        await _output.WaitAsync();
        try
        {
            if (!_isUnheard)
            {
                FrameWriter.Write(connection.Output, answer);
                _hasWritten = true;
            }
        }
        finally
        {
            _output.Release();
        }

        connection.Give(pending.Cost);
        Interlocked.Add(ref _inFlight, -pending.Cost);
        if (_isWaiting && _room.CurrentCount == 0) _room.Release();
    }

    /// <summary>Waits for an answer, and says meanwhile what there is to say.</summary>
    private async ValueTask<BatchReceived> WaitAsync(Task<BatchReceived> answer)
    {
        while (true)
        {
            try
            {
                return await answer.WaitAsync(limits.ProgressInterval, clock);
            }
            catch (TimeoutException) when (!answer.IsCompleted)
            {
                if (Meanwhile is not { } meanwhile) return await answer;
                await _output.WaitAsync();
                if (!_isUnheard)
                {
                    FrameWriter.Write(connection.Output, meanwhile());
                    _hasWritten = true;
                }

                _output.Release();
                await FlushAsync();
            }
        }
    }

    private async ValueTask FlushAsync()
    {
        await _output.WaitAsync();
        try
        {
            if (_isUnheard || !_hasWritten) return;
            _hasWritten = false;
            if (!GoesOnUnheard) await connection.FlushAsync(limits.WriteTime);
            else if (!await connection.TryFlushAsync(limits.UnheardTime)) _isUnheard = true;
            FailPoint.BatchAcknowledged.Hit();
        }
        catch (Exception e) when (GoesOnUnheard && e is (IOException or ConnectionAbortedException))
        {
            _isUnheard = true;
        }
        finally
        {
            _output.Release();
        }
    }

    private readonly record struct Pending(Task<BatchReceived> Answer, long Cost);
}
