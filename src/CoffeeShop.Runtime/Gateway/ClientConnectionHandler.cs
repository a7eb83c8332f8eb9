using Microsoft.AspNetCore.Connections;

namespace CoffeeShop.Gateway;

/// <summary>Takes in the connections of clients.</summary>
internal sealed class ClientConnectionHandler(GatewayContext gateway, ConnectionRegistry connections) : ConnectionHandler
{
    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        if (connections.Enter(connection) is not { } client)
        {
            GatewayLog.TooManyConnections(gateway.Log, connection.RemoteEndPoint);
            connection.Abort(new ConnectionAbortedException("Too many connections."));
            return;
        }

        try
        {
            GatewayLog.Accepted(gateway.Log, client.Address);
            using var conversation = new Conversation(gateway, client, connection.ConnectionId);
            await conversation.RunAsync();
        }
        finally
        {
            connections.Leave(client);
        }
    }
}
