using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace CoffeeShop.Tests.Tidy;

/// <summary>Who may know whom.</summary>
public sealed class DependencyTests
{
    private const RegexOptions Plain = RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture;

    [Theory]
    [InlineData("CoffeeShop.Core", "")]
    [InlineData("CoffeeShop.Runtime", "CoffeeShop.Core")]
    [InlineData("CoffeeShop.Cli", "CoffeeShop.Runtime")]
    public void The_command_line_knows_the_runtime_which_knows_the_core_which_knows_nobody(string project, string expected)
    {
        var file = XDocument.Parse(Repository.Read($"src/{project}/{project}.csproj"));
        var references = file.Descendants("ProjectReference").Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/')));
        Assert.Equal(expected, string.Join(' ', references));
    }

    [Fact]
    public void The_core_has_no_package_but_the_CSV_reader()
    {
        var packages = XDocument.Parse(Repository.Read("src/CoffeeShop.Core/CoffeeShop.Core.csproj")).Descendants("PackageReference");
        Assert.Equal("CsvHelper", string.Join(' ', packages.Select(package => package.Attribute("Include")!.Value)));
    }

    [Fact]
    public void The_core_uses_no_threads_network_logging_clock_or_chance()
    {
        using var file = new PEReader(File.OpenRead(Path.Combine(AppContext.BaseDirectory, "CoffeeShop.Core.dll")));
        var metadata = file.GetMetadataReader();
        var types = metadata.TypeReferences.Select(metadata.GetTypeReference)
            .Select(type => $"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}")
            .Where(type => Regex.IsMatch(type, @"^(System\.Threading|System\.Net|System\.Diagnostics\.(Stopwatch|Process|Activity)|Microsoft\.Extensions|System\.(Random|Console|TimeProvider)$)", Plain));
        var members = metadata.MemberReferences.Select(metadata.GetMemberReference)
            .Where(member => member.Parent.Kind == HandleKind.TypeReference)
            .Select(member => $"{metadata.GetString(metadata.GetTypeReference((TypeReferenceHandle)member.Parent).Name)}.{metadata.GetString(member.Name)}")
            .Where(member => Regex.IsMatch(member, @"^(DateTime(Offset)?\.get_(Now|UtcNow|Today)|Environment\.get_TickCount(64)?|Guid\.NewGuid|Guid\.CreateVersion7)$", Plain));
        Assert.Empty(types.Concat(members).ToList());
    }

    [Theory]
    [InlineData(@"\bRabbitMQ\.", "src/CoffeeShop.Runtime/Bus/RabbitMq/")]
    [InlineData(@"\b(Npgsql|SQLite|Sqlite|SELECT|INSERT INTO)\b", "src/CoffeeShop.Runtime/Storage/")]
    public void Brokers_and_databases_are_named_in_their_folder_alone(string pattern, string folder)
    {
        var offenders = Repository.Files("src", ".cs")
            .Where(file => !file.StartsWith(folder, StringComparison.Ordinal))
            .Where(file => Regex.IsMatch(WithoutComments(Repository.Read(file)), pattern, Plain))
            .ToList();
        Assert.Empty(offenders);
    }

    [Theory]
    [InlineData("Gateway", "Workers")]
    [InlineData("Workers", "Gateway")]
    public void The_gateway_and_the_workers_do_not_know_each_other(string one, string other) => Assert.Empty(
        Repository.Files($"src/CoffeeShop.Runtime/{one}", ".cs")
            .Where(file => Regex.IsMatch(Repository.Read(file), $@"using CoffeeShop\.{other}\b", Plain))
            .ToList());

    private static string WithoutComments(string source) => Regex.Replace(source, "//[^\n]*", "", Plain);
}
