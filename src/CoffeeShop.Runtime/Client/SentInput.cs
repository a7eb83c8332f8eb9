using System.Buffers;
using System.Collections.Immutable;
using CoffeeShop.Csv;
using CoffeeShop.Protocol;
using CoffeeShop.Tables;

namespace CoffeeShop.Client;

/// <summary>What has been read to its end and sent, so that it need not be read again when the server has all of it.</summary>
/// <param name="Rows">The rows of each table.</param>
/// <param name="Rejections">The rows that were rejected.</param>
/// <param name="IsRefused">Whether the input is refused for them; nothing more is to be sent then.</param>
/// <param name="Ends">The ends of the tables, which are sent again on every connection.</param>
internal sealed record SentInput(IReadOnlyDictionary<Table, long> Rows, RejectionLog Rejections, bool IsRefused, IReadOnlyList<Outgoing> Ends)
{
    /// <summary>Nothing: what is sent before a session is given up.</summary>
    public static SentInput Nothing { get; } = new(new Dictionary<Table, long>(), new RejectionLog(), IsRefused: false, []);

    /// <summary>Whether the server has all batches.</summary>
    /// <param name="marks">What it says it has.</param>
    public bool IsAllBelow(ImmutableArray<TableMark> marks) =>
        Ends.All(end => end.Number == 0 || marks.Any(mark => mark.Table == end.Table && mark.Number >= end.Number));

    /// <summary>A copy of an end, whose frame nobody takes back.</summary>
    public static Outgoing Keep(Outgoing end)
    {
        var frame = new ArrayBufferWriter<byte>(end.Bytes);
        frame.Write(end.Frame.WrittenSpan);
        return end with { Frame = frame };
    }
}
