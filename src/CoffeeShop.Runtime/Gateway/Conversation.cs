using CoffeeShop.Bus;
using CoffeeShop.Output;
using CoffeeShop.Protocol;
using CoffeeShop.Storage;
using Microsoft.AspNetCore.Connections;

namespace CoffeeShop.Gateway;

/// <summary>
/// One connection from its first byte to its last: picks the version by the first message, and ends in good order whatever
/// happens, so that one client's errors touch no other.
/// </summary>
internal sealed class Conversation(GatewayContext gateway, ClientConnection connection, string connectionId) : IFrameHandler, IDisposable
{
    private readonly FrameSource _source = new(connection, gateway.Limits);
    private readonly Acknowledgements _acknowledgements = new(connection, gateway.Limits, () => gateway.Active.Count, gateway.Clock);
    private VersionHandler? _version;

    public bool AwaitsMore => _version?.AwaitsMore ?? true;

    /// <summary>Runs the connection to its end.</summary>
    public async Task RunAsync()
    {
        var answering = _acknowledgements.RunAsync();
        var ending = await ReadAsync();
        connection.AwaitNothing();
        // Whoever waits for this client waits in vain.
        connection.Interrupt(ending.Code, ending.Text);
        _acknowledgements.Complete();
        await SettleAsync(answering);
        await _acknowledgements.AbandonAsync();
        _version ??= NewVersion();
        try
        {
            await _version.EndAsync(ending);
            if (ending.Code != ErrorCode.None) await TellAsync(ending);
        }
        catch (Exception e) when (e is IOException or ConnectionAbortedException)
        {
            // There is nobody left to tell.
        }
        catch (Exception e)
        {
            GatewayLog.Mistake(gateway.Log, connection.Address, _version.Session, e);
        }

        GatewayLog.Closed(gateway.Log, connection.Address, _version.Session, ending.Text);
    }

    public async ValueTask<bool> HandleAsync(Frame frame)
    {
        GatewayLog.Received(gateway.Log, connection.Address, frame.Opcode);
        Dump(frame);
        _version ??= NewVersion();
        return await _version.HandleAsync(frame);
    }

    public void Dispose() => _acknowledgements.Dispose();

    private VersionHandler NewVersion() => _source.IsVersion2
        ? new Version2Handler(gateway, connection, _acknowledgements)
        : new Version1Handler(gateway, connection, _acknowledgements);

    private async Task<Ending> ReadAsync()
    {
        try
        {
            return !await _source.RunAsync(this) ? Ending.LeftWithinMessage : _version?.HasFinished == true ? Ending.Done : Ending.Left;
        }
        catch (OperationCanceledException) when (connection.Interruption is { } interruption)
        {
            return interruption;
        }
        catch (ProtocolException e)
        {
            GatewayLog.BrokeProtocol(gateway.Log, connection.Address, _version?.Session, e.Message);
            return new Ending(e.Code, e.Message);
        }
        catch (Exception e) when (e is IOException or ConnectionAbortedException)
        {
            return Ending.Left;
        }
        catch (Exception e) when (e is BusException or StorageException)
        {
            GatewayLog.FrameFailed(gateway.Log, _version?.Session, table: null, e.Message);
            return Ending.InTrouble;
        }
        catch (Exception e)
        {
            // A mistake of ours ends this connection and no other.
            GatewayLog.Mistake(gateway.Log, connection.Address, _version?.Session, e);
            return Ending.InTrouble;
        }
    }

    /// <summary>Lets frames in flight be answered, as far as that can be done in time.</summary>
    private async Task SettleAsync(Task answering)
    {
        try
        {
            await answering.WaitAsync(gateway.Limits.StopTime, gateway.Clock);
        }
        catch (Exception e) when (e is TimeoutException or IOException or ConnectionAbortedException or ProtocolException or BusException or StorageException)
        {
            // What is not answered is sent again, or is of a session that ends with its connection.
        }
        catch (Exception e)
        {
            GatewayLog.Mistake(gateway.Log, connection.Address, _version?.Session, e);
        }
    }

    /// <summary>
    /// Tells why the connection ends. Then whatever the client still sends is read, since closing a socket that holds unread
    /// bytes would take the message from the client again.
    /// </summary>
    private async Task TellAsync(Ending ending)
    {
        FrameWriter.Write(connection.Output, _source.IsVersion2 ? new ErrorMessage(ending.Code, ending.Text) : BatchReceived.Failure);
        await connection.FlushAsync(gateway.Limits.WriteTime);
        using var patience = new CancellationTokenSource(gateway.Limits.LingerTime, gateway.Clock);
        try
        {
            while (await connection.Input.ReadAsync(patience.Token) is { IsCompleted: false } read) connection.Input.AdvanceTo(read.Buffer.End);
        }
        catch (OperationCanceledException)
        {
            // It has had its time.
        }
    }

    private void Dump(Frame frame)
    {
        try
        {
            gateway.Dump?.Write(connectionId, frame);
        }
        catch (OutputException e)
        {
            GatewayLog.DumpFailed(gateway.Log, e.Message);
        }
    }
}
