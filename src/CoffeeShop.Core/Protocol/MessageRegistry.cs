using System.Collections.Immutable;
using CoffeeShop.Tables;

namespace CoffeeShop.Protocol;

/// <summary>The messages of the protocol: a new one is one file and one line here. Batches of version 1 follow from the tables.</summary>
public static class MessageRegistry
{
    private const Sender Client = Sender.Client;
    private const Sender Server = Sender.Server;
    private const Sender Bus = Sender.Bus;

    /// <summary>All messages.</summary>
    public static ImmutableArray<MessageType> All { get; } =
    [
        new(Opcode.DataBatch, "DATA_BATCH", Bus, Frame.BusBodyBytesMax, DataBatch.Read),
        new(Opcode.BatchSuccess, "BATCH_RECV_SUCCESS", Server, 0, BatchReceived.ReadSuccess),
        new(Opcode.BatchFail, "BATCH_RECV_FAIL", Server, 0, BatchReceived.ReadFailure),
        new(Opcode.Finished, "FINISHED", Client, Finished.BodyBytes, Finished.Read),
        .. TableRegistry.All.Select(table => new MessageType(table.Opcode, $"NEW_{table.Name.ToUpperInvariant()}", Client | Bus, Frame.BodyBytesMax, TableRows.ReaderOf(table))),
        new(Opcode.EndOfTable, "EOF", Client | Bus, EndOfTable.BodyBytesMax, EndOfTable.Read),
        new(Opcode.Hello, "HELLO", Client, Hello.BodyBytesMax, Hello.Read),
        new(Opcode.Welcome, "WELCOME", Server, Welcome.BodyBytesMax, Welcome.Read),
        new(Opcode.Columns, "COLUMNS", Client | Bus, Frame.BodyBytesMax, Columns.Read),
        new(Opcode.Result, "RESULT", Server, Frame.BodyBytesMax, ResultPart.Read),
        new(Opcode.Progress, "PROGRESS", Server, ServerProgress.BodyBytesMax, ServerProgress.Read),
        new(Opcode.SessionEnd, "SESSION_END", Server, SessionEnd.BodyBytesMax, SessionEnd.Read),
        new(Opcode.Error, "ERROR", Server, ErrorMessage.BodyBytesMax, ErrorMessage.Read),
        new(Opcode.Partials, "PARTIALS", Bus, Frame.BusBodyBytesMax, BusPayload.ReaderOf(Opcode.Partials)),
        new(Opcode.Rows, "ROWS", Bus, Frame.BusBodyBytesMax, BusPayload.ReaderOf(Opcode.Rows)),
        new(Opcode.Emission, "EMISSION", Bus, Frame.BusBodyBytesMax, BusPayload.ReaderOf(Opcode.Emission)),
    ];

    private static readonly MessageType?[] ByOpcode = IndexByOpcode();

    /// <summary>The kind of message with an opcode.</summary>
    /// <param name="opcode">The opcode.</param>
    /// <exception cref="ProtocolException">There is none.</exception>
    public static MessageType Of(byte opcode) => ByOpcode[opcode] ?? throw new ProtocolException($"Found opcode {opcode}, expected that of a message.");

    private static MessageType?[] IndexByOpcode()
    {
        var types = new MessageType?[byte.MaxValue + 1];
        foreach (var type in All) types[type.Opcode] = types[type.Opcode] is null ? type : throw new InvalidOperationException($"{type} and {types[type.Opcode]} have the same opcode.");
        return types;
    }
}
