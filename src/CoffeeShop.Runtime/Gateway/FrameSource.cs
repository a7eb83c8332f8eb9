using System.Buffers;
using CoffeeShop.Protocol;

namespace CoffeeShop.Gateway;

/// <summary>Handles the frames of a connection, one after the other.</summary>
internal interface IFrameHandler
{
    /// <summary>Whether the client has more to say. Who has not may be silent for as long as it likes.</summary>
    bool AwaitsMore { get; }

    /// <summary>Handles a frame. Its body is valid until the task completes.</summary>
    /// <returns>False when nothing more is to be read.</returns>
    /// <exception cref="ProtocolException">It breaks the protocol.</exception>
    ValueTask<bool> HandleAsync(Frame frame);
}

/// <summary>Reads a connection frame by frame, and holds the client to the times it may take.</summary>
internal sealed class FrameSource(ClientConnection connection, GatewayLimits limits)
{
    /// <summary>Whether the client speaks version 2: its first byte tells.</summary>
    public bool IsVersion2 { get; private set; }

    /// <summary>Reads until the client ends, the handler does, or the connection is interrupted.</summary>
    /// <param name="handler">Gets the frames.</param>
    /// <returns>False when the client left within a frame.</returns>
    /// <exception cref="ProtocolException">The client broke the protocol.</exception>
    /// <exception cref="OperationCanceledException">The connection was interrupted.</exception>
    public async Task<bool> RunAsync(IFrameHandler handler)
    {
        connection.Await(limits.HandshakeTime, "first message");
        var (isFirst, isWithinFrame) = (true, false);
        while (true)
        {
            var read = await connection.Input.ReadAsync(connection.Interrupted);
            if (isFirst && !read.Buffer.IsEmpty) IsVersion2 = read.Buffer.FirstSpan[0] == Opcode.Hello;
            var (hasFrame, goesOn, rest) = await HandleAsync(read.Buffer, handler);
            if (!goesOn) return true;
            if (read.IsCompleted) return rest == 0;

            // A client has one time for the whole of a frame, however often a byte of it comes.
            isFirst &= !hasFrame;
            if (!isFirst && rest == 0) Await(handler);
            else if (!isFirst && (hasFrame || !isWithinFrame)) connection.Await(limits.FrameTime, "rest of a message");
            isWithinFrame = rest > 0;
        }
    }

    private void Await(IFrameHandler handler)
    {
        if (handler.AwaitsMore) connection.AwaitMessage(limits.IdleTime);
        else connection.AwaitNothing();
    }

    private async ValueTask<(bool HasFrame, bool GoesOn, long Left)> HandleAsync(ReadOnlySequence<byte> buffer, IFrameHandler handler)
    {
        var (end, hasFrame) = (buffer.End, false);
        try
        {
            while (FrameReader.TryRead(ref buffer, Sender.Client, out var frame))
            {
                hasFrame = true;
                // The handler may wait for a session to take the batch up, which is no fault of the client.
                connection.AwaitNothing();
                if (!await handler.HandleAsync(frame)) return (true, false, 0);
                connection.Interrupted.ThrowIfCancellationRequested();
            }

            return (hasFrame, true, buffer.Length);
        }
        finally
        {
            connection.Input.AdvanceTo(buffer.Start, end);
        }
    }
}
