using System.Buffers;
using System.Diagnostics;
using CoffeeShop.Protocol;
using CoffeeShop.Tests.Oracle;

namespace CoffeeShop.Tests.Protocol;

/// <summary>
/// Whatever comes, a receiver reads it or refuses it. <c>COFFEE_FUZZ_SECONDS</c> says for how long to try, and
/// <c>COFFEE_FUZZ_SEED</c> where to begin: a failure names the seed that repeats it at once.
/// </summary>
public sealed class FuzzTests
{
    private const double SecondsDefault = 2;

    private static readonly byte[] Edges = [0, 1, 0x7F, 0x80, 0xFF];

    [Fact]
    public void No_bytes_crash_a_receiver_or_make_it_allocate_out_of_proportion()
    {
        var seconds = Setting("COFFEE_FUZZ_SECONDS") ?? SecondsDefault;
        var seed = (int)(Setting("COFFEE_FUZZ_SEED") ?? 0);
        var reader = new DeepReader();
        var refused = 0;
        var clock = Stopwatch.StartNew();
        do
        {
            var random = new Random(seed);
            var type = random.Pick(MessageRegistry.All.AsSpan());
            var bytes = Mutated(random, Shown.Frame(RandomMessages.Of(random, type.Opcode)));
            var sequence = random.OneIn(3) ? Segments.Of(bytes, random.Next(1, 50)) : new ReadOnlySequence<byte>(bytes);
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                reader.Read(sequence, RandomMessages.SenderOf(type));
            }
            catch (ProtocolException)
            {
                refused++;
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"Seed {seed}, {type}: {e}", e);
            }

            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            if (allocated > (64 * 1024) + (16 * bytes.Length)) Assert.Fail($"Seed {seed}, {type}: {bytes.Length} bytes made it allocate {allocated}.");
            seed++;
        }
        while (clock.Elapsed.TotalSeconds < seconds);

        // A fuzzer whose bytes are all refused, or all read, tries nothing.
        Assert.InRange(refused, 1, seed - 1);
    }

    private static byte[] Mutated(Random random, byte[] frame)
    {
        List<byte> body = [.. frame.AsSpan(Frame.HeaderBytes)];
        for (var changes = random.Next(1, 5); changes > 0; changes--) Mutate(random, body);
        // Mostly the length is right, so that what is behind it is looked at.
        byte[] bytes = [frame[0], .. BitConverter.GetBytes(body.Count), .. body];
        if (random.OneIn(10)) bytes[random.Next(Frame.HeaderBytes)] = (byte)random.Next();
        return bytes;
    }

    private static void Mutate(Random random, List<byte> bytes)
    {
        var at = random.Next(bytes.Count + 1);
        var length = random.Next(Math.Min(8, bytes.Count - at) + 1);
        switch (random.Next(7))
        {
            case 0 when at < bytes.Count:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1 when at < bytes.Count:
                bytes[at] = random.Pick(Edges);
                break;
            case 2:
                bytes.RemoveRange(at, length);
                break;
            case 3:
                bytes.InsertRange(at, bytes.GetRange(at, length));
                break;
            case 4:
                for (var i = 0; i < length; i++) bytes[at + i] = random.Pick(Edges);
                break;
            case 5:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            default:
                var from = random.Next(bytes.Count + 1);
                bytes.InsertRange(at, bytes.GetRange(from, bytes.Count - from));
                break;
        }
    }

    private static double? Setting(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? double.Parse(text) : null;
}
