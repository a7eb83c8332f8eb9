using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace CoffeeShop.Configuration;

/// <summary>Reads the client's <c>config.yaml</c>: keys with values, alone or in sections.</summary>
public static class YamlFile
{
    private const int BytesMax = 64 * 1024;

    /// <summary>What a file sets, in its order.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ConfigurationException">It cannot be read, is no YAML, or has something else than keys with values.</exception>
    public static IReadOnlyList<Setting> Read(string path)
    {
        var yaml = new YamlStream();
        try
        {
            var length = new FileInfo(path).Length;
            if (length > BytesMax) throw new ConfigurationException($"{path}: found {length} bytes, expected a configuration of at most {BytesMax}.");
            yaml.Load(new StringReader(File.ReadAllText(path)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"The configuration {path} cannot be read: {e.Message}");
        }
        catch (YamlException e)
        {
            throw new ConfigurationException($"{path} line {e.Start.Line}: found no YAML: {(e.InnerException ?? e).Message}");
        }

        // A file of comments alone is an empty document, or none.
        if (yaml.Documents.Count == 0 || yaml.Documents[0].RootNode is YamlScalarNode { Value: null or "" }) return [];
        if (yaml.Documents[0].RootNode is not YamlMappingNode root)
            throw new ConfigurationException($"{path} line {yaml.Documents[0].RootNode.Start.Line}: found {Describe(yaml.Documents[0].RootNode)}, expected keys with values.");
        return [.. Settings(path, root, section: "")];
    }

    private static IEnumerable<Setting> Settings(string path, YamlMappingNode map, string section)
    {
        foreach (var (node, value) in map.Children)
        {
            var source = $"{path} line {node.Start.Line}";
            if (node is not YamlScalarNode { Value: { } name }) throw new ConfigurationException($"{source}: found {Describe(node)}, expected a key.");
            var key = section + name;
            // Sections are one deep.
            if (value is YamlMappingNode inner && section.Length == 0)
            {
                foreach (var setting in Settings(path, inner, key + ".")) yield return setting;
            }
            else
            {
                yield return value is YamlScalarNode scalar
                    ? new Setting(key, scalar.Value ?? "", source)
                    : throw new ConfigurationException($"{source}: found {Describe(value)} for {key}, expected a single value.");
            }
        }
    }

    private static string Describe(YamlNode node) => node switch
    {
        YamlScalarNode scalar => $"\"{scalar.Value}\"",
        YamlSequenceNode => "a list",
        _ => "a section",
    };
}
