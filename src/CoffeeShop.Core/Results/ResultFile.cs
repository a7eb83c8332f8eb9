using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using CoffeeShop.Queries;

namespace CoffeeShop.Results;

/// <summary>A row of a result file.</summary>
/// <param name="Shape">Its form.</param>
/// <param name="Values">A value per column of the form, null for a missing one; numbers as they are written.</param>
/// <param name="Line">The whole line, without its end.</param>
public sealed record ResultRow(ResultShape Shape, ImmutableArray<string?> Values, string Line);

/// <summary>Reads result files.</summary>
public static class ResultFile
{
    private static readonly Dictionary<string, ResultShape> Shapes =
        QueryRegistry.All.SelectMany(query => query.Shapes).ToDictionary(shape => shape.Query, StringComparer.Ordinal);

    /// <summary>Reads the rows of a file, one at a time.</summary>
    /// <param name="input">The bytes of the file. It stays open.</param>
    /// <param name="name">How messages name the file.</param>
    /// <exception cref="InputException">A line is no row of a result file.</exception>
    public static IEnumerable<ResultRow> Read(Stream input, string name)
    {
        using var reader = new StreamReader(input, new UTF8Encoding(false, throwOnInvalidBytes: true), false, 64 * 1024, leaveOpen: true);
        for (var number = 1; ; number++)
        {
            ResultRow row;
            try
            {
                if (reader.ReadLine() is not { } line) yield break;
                row = Parse(line);
            }
            catch (Exception e) when (e is JsonException or DecoderFallbackException or FormatException)
            {
                var found = e switch
                {
                    FormatException => e.Message,
                    JsonException => "Found no whole JSON object.",
                    _ => "Found bytes that are no UTF-8 text.",
                };
                throw new InputException($"{name} line {number}: expected a row of a result file. {found}");
            }

            yield return row;
        }
    }

    private static ResultRow Parse(string line)
    {
        var json = new Utf8JsonReader(Encoding.UTF8.GetBytes(line));
        json.Read();
        if (json.TokenType != JsonTokenType.StartObject) throw new FormatException("Found no JSON object.");
        Key(ref json, "query");
        var query = json.TokenType == JsonTokenType.String ? Text(ref json)! : throw new FormatException($"Found {json.TokenType} for \"query\".");
        if (!Shapes.TryGetValue(query, out var shape))
            throw new FormatException($"Found query \"{query}\", expected one of {string.Join(", ", Shapes.Keys)}.");
        var values = ImmutableArray.CreateBuilder<string?>(shape.Columns.Length);
        foreach (var column in shape.Columns)
        {
            Key(ref json, column.Name);
            values.Add((json.TokenType, column.IsNumber) switch
            {
                (JsonTokenType.Number, true) => Encoding.UTF8.GetString(json.ValueSpan),
                (JsonTokenType.String, false) => Text(ref json),
                (JsonTokenType.Null, false) => null,
                _ => throw new FormatException($"Found {json.TokenType} for \"{column.Name}\"."),
            });
        }

        json.Read();
        if (json.TokenType != JsonTokenType.EndObject) throw new FormatException("Found more keys than the query has.");
        // Only the end of the line may follow; anything else is no JSON and throws.
        json.Read();
        return new ResultRow(shape, values.MoveToImmutable(), line);
    }

    private static string? Text(ref Utf8JsonReader json)
    {
        try
        {
            return json.GetString();
        }
        catch (InvalidOperationException e)
        {
            // Half of a surrogate pair, as an escape.
            throw new FormatException(e.Message, e);
        }
    }

    /// <summary>Reads the next key, which must be this one, and its value.</summary>
    private static void Key(ref Utf8JsonReader json, string name)
    {
        json.Read();
        if (json.TokenType != JsonTokenType.PropertyName || !json.ValueTextEquals(name))
            throw new FormatException($"Key \"{name}\" is not in its place.");
        json.Read();
    }
}
