using System.Text;
using CoffeeShop.Csv;

namespace CoffeeShop.Tests.Csv;

/// <summary>Which blocks are read column by column, and what their fields are. What becomes of the others is told by the differential tests.</summary>
public sealed class PlainBlockTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("a,b\nc,d\n", "a|b c|d")]
    [InlineData("a,b\r\nc,d\r\n", "a|b c|d")]
    [InlineData("a,b\nc,d", "a|b c|d")]
    [InlineData("a,b\r\nc,d\r", "a|b c|d")]
    [InlineData(",\n,", "| |")]
    [InlineData(",\r\n,\r\n", "| |")]
    [InlineData("é,b\n", "é|b")]
    public void A_block_is_plain_when_all_records_have_their_fields_and_all_lines_end_alike(string text, string fields) => Assert.Equal(fields, Scan(text, fieldCount: 2));

    [Theory]
    [InlineData("a,b,c\nd\n")]
    [InlineData("a\nb,c,d\n")]
    [InlineData("a,b\n\nc,d\n")]
    [InlineData("\na,b\n")]
    [InlineData("a,b\n\n")]
    [InlineData("a\n,b\n,")]
    [InlineData("a,b\rc,d\n")]
    [InlineData("a,b\r\nc,d\n")]
    [InlineData("a,b\nc,d\r\n")]
    [InlineData("a,b\r\nc,d")]
    [InlineData("a,b\nc,d\r")]
    [InlineData("a,b\r\nc\r,d\n")]
    [InlineData("a,b\r\r\nc,d\n")]
    [InlineData("a,\"b\"\n")]
    public void Any_other_block_is_not(string text) => Assert.Null(Scan(text, fieldCount: 2));

    [Fact]
    public void With_a_single_field_a_blank_line_is_no_record_so_no_block_is_plain() => Assert.Null(Scan("a\n\nb\n", fieldCount: 1));

    [Fact]
    public void Fields_are_found_wherever_they_stand_in_a_vector_and_however_many_there_are()
    {
        var random = new Random(1);
        for (var length = 1; length < 600; length++)
        {
            foreach (var (fieldCount, longest) in (ReadOnlySpan<(int, int)>)[(2, 1), (3, 8), (9, 30), (40, 2), (2, 150)])
            {
                var records = Enumerable.Range(0, 1 + (length / fieldCount / (longest + 1)))
                    .Select(_ => Enumerable.Range(0, fieldCount).Select(_ => new string('x', random.Next(longest))).ToArray()).ToArray();
                var text = string.Concat(records.Select(record => string.Join(',', record) + (length % 2 == 0 ? "\n" : "\r\n")));
                Assert.Equal(string.Join(' ', records.Select(record => string.Join('|', record))), Scan(text, fieldCount));
            }
        }
    }

    [Fact]
    public void A_block_that_is_used_again_does_not_remember()
    {
        var (block, plain) = (new Block(), new PlainBlock());
        Assert.Equal("é;é|é é|é;", Scan("é;é,é\né,é;", 2, block, plain));
        Assert.Equal("a|b", Scan("a,b\n", 2, block, plain));
        Assert.Null(Scan("a,b,c\n", 2, block, plain));
        Assert.Equal("a|b|c d|e|f", Scan("a,b,c\r\nd,e,f\r\n", 3, block, plain));
        Assert.Equal("g|h", Scan("g,h", 2, block, plain));
    }

    private string? Scan(string text, int fieldCount) => Scan(text, fieldCount, new Block(target: 1 + Encoding.UTF8.GetByteCount(text)), new PlainBlock());

    /// <summary>The fields of a text that makes one block, or null when it is not plain.</summary>
    private string? Scan(string text, int fieldCount, Block block, PlainBlock plain)
    {
        using var blocks = new BlockReader(_folder.Write("block.csv", Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text))), offset: 0);
        Assert.True(blocks.TryRead(block));
        Assert.Equal(text, Encoding.UTF8.GetString(block.Records));
        if (!plain.TryScan(block, fieldCount)) return null;
        return string.Join(' ', Enumerable.Range(0, plain.Count).Select(row =>
            string.Join('|', Enumerable.Range(0, fieldCount).Select(field => Encoding.UTF8.GetString(plain.Fields(field)[row])))));
    }
}
