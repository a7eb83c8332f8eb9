using System.Globalization;
using System.Text.RegularExpressions;
using CoffeeShop.Commands;
using CoffeeShop.Storage.Postgres;
using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace CoffeeShop.Tests.Tidy;

/// <summary>What the files of <c>deploy/</c> say of the program is true of it.</summary>
public sealed partial class ComposeTests
{
    private const string Program = "coffee";

    private static readonly string Text = Repository.Read("deploy/compose.yaml");
    private static readonly Dictionary<object, object> Compose =
        new DeserializerBuilder().Build().Deserialize<Dictionary<object, object>>(new MergingParser(new Parser(new StringReader(Text))));

    private static Dictionary<object, object> Services => Map(Compose["services"]);

    private static IEnumerable<(string Name, Dictionary<object, object> Service)> OurServices =>
        Services.Select(service => ((string)service.Key, Map(service.Value))).Where(service => (string)service.Item2["image"] == Program);

    [Fact]
    public void All_roles_and_servers_are_there() => Assert.Equal(
        "aggregator client filter gateway-1 gateway-2 joiner monitor postgres rabbitmq", string.Join(' ', Services.Keys.Cast<string>().Order(StringComparer.Ordinal)));

    [Fact]
    public void Every_command_and_flag_is_one_of_the_program()
    {
        using var signals = new Signals();
        var root = Root.New(signals);
        var entry = EntryPoint();
        var commands = 0;
        foreach (var (name, service) in OurServices)
        {
            string[] words = [.. service.TryGetValue("entrypoint", out var own) ? List(own) : [.. entry], .. service.TryGetValue("command", out var command) ? List(command) : []];
            Check(name, words);
            if (service.TryGetValue("healthcheck", out var health)) Check($"{name}, health", [.. List(Map(health)["test"]).Skip(1)]);
        }

        // Two gateways, four roles and a client, and the questions for the health of all but the client.
        Assert.Equal(7 + 6, commands);

        void Check(string name, string[] words)
        {
            Assert.Equal(Program, words[0]);
            var parsed = root.Parse(words[1..]);
            Assert.True(parsed.Errors.Count == 0 && parsed.CommandResult.Command != root, $"{name}: {string.Join(' ', words)}: {string.Join(' ', parsed.Errors.Select(error => error.Message))}");
            commands++;
        }
    }

    [Fact]
    public void Every_variable_is_one_that_the_program_reads()
    {
        var literals = Repository.Files("src", ".cs").SelectMany(file => Literal().Matches(Repository.Read(file)).Select(match => match.Groups["text"].Value)).ToHashSet(StringComparer.Ordinal);
        var read = literals.Concat(literals.Where(literal => literal.Contains('.', StringComparison.Ordinal)).Select(CoffeeShop.Configuration.Variables.Of)).ToHashSet(StringComparer.Ordinal);
        var used = OurServices.SelectMany(service => Map(service.Service["environment"]).Keys.Cast<string>()).ToHashSet(StringComparer.Ordinal);
        Assert.Empty(used.Except(read));
        Assert.Superset(new HashSet<string> { "COFFEE_BROKER", "COFFEE_DATABASE", "NODE_ID", "COFFEE_TOKEN" }, used);
    }

    [Fact]
    public void No_password_has_a_default()
    {
        var environments = Services.Values.Select(service => Map(service).TryGetValue("environment", out var environment) ? Map(environment) : []).SelectMany(environment => environment).ToList();
        var passwords = environments.Where(variable => ((string)variable.Key).Contains("PASS", StringComparison.Ordinal)).Select(variable => (string)variable.Value)
            .Concat(environments.Select(variable => InAddress().Match((string)variable.Value)).Where(match => match.Success).Select(match => match.Groups["password"].Value)).ToList();
        // Of both servers, and of both addresses in each of the six services that are given them.
        Assert.Equal(2 + 2 * 6, passwords.Count);
        Assert.All(passwords, password => Assert.Matches(Required(), password));

        var needed = passwords.Select(password => Required().Match(password).Groups["name"].Value).Distinct().Order(StringComparer.Ordinal);
        var offered = Repository.Read("deploy/.env.example").Split('\n').Where(line => line.Length > 0 && line[0] != '#').Order(StringComparer.Ordinal);
        Assert.Equal(needed.Select(name => $"{name}="), offered);
    }

    [Fact]
    public void Ports_are_published_to_this_machine_alone() => Assert.All(
        Services.Values.Select(Map).Where(service => service.ContainsKey("ports")).SelectMany(service => List(service["ports"])), port => Assert.StartsWith("127.0.0.1:", port, StringComparison.Ordinal));

    [Fact]
    public void The_database_has_connections_for_all_processes()
    {
        var processes = OurServices.Where(service => Map(service.Service["environment"]).ContainsKey("COFFEE_DATABASE"))
            .Sum(service => service.Service.TryGetValue("deploy", out var deploy) ? int.Parse((string)Map(deploy)["replicas"], CultureInfo.InvariantCulture) : 1);
        Assert.Equal(10, processes);
        var allowed = List(Map(Services["postgres"])["command"]).Single(word => word.StartsWith("max_connections=", StringComparison.Ordinal)).Split('=')[1];
        Assert.InRange(processes * DatabaseAddress.ConnectionsMax, 1, int.Parse(allowed, CultureInfo.InvariantCulture));
    }

    [Fact]
    public void What_services_name_is_there()
    {
        foreach (var service in Services.Values.Select(Map))
        {
            if (service.TryGetValue("depends_on", out var others)) Assert.Superset(Map(others).Keys.ToHashSet(), Services.Keys.ToHashSet());
            foreach (var volume in service.TryGetValue("volumes", out var volumes) ? List(volumes) : [])
                Assert.True(volume[0] == '$' || Map(Compose["volumes"]).ContainsKey(volume.Split(':')[0]), volume);
            if (service.TryGetValue("build", out var build)) Assert.True(Repository.Has((string)Map(build)["dockerfile"]));
        }
    }

    [Fact]
    public void The_image_is_made_of_files_that_are_there_and_runs_without_rights()
    {
        var lines = DockerLines();
        foreach (var words in lines.Where(words => words[0] == "COPY" && !words[1].StartsWith("--from", StringComparison.Ordinal)).Select(words => words[1..^1]))
            Assert.All(words, source => Assert.True(Repository.Has(source), source));
        var publish = lines.Single(words => words is ["RUN", "dotnet", "publish", ..]);
        Assert.True(Repository.Has($"{publish[3]}/{Path.GetFileName(publish[3])}.csproj"));
        var framework = Regex.Match(Repository.Read("Directory.Build.props"), @"<TargetFramework>net(?<version>[0-9.]+)<", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Groups["version"].Value;
        Assert.All(lines.Where(words => words[0] == "FROM"), words => Assert.EndsWith($":{framework}", words[1], StringComparison.Ordinal));
        Assert.Equal("$APP_UID", lines.Last(words => words[0] == "USER")[1]);
        Assert.Equal([Program], EntryPoint());
    }

    private static List<string[]> DockerLines() =>
        [.. Repository.Read("deploy/Dockerfile").Split('\n').Where(line => line.Length > 0 && line[0] != '#').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))];

    private static string[] EntryPoint() => System.Text.Json.JsonSerializer.Deserialize<string[]>(string.Join(' ', DockerLines().Single(words => words[0] == "ENTRYPOINT")[1..]))!;

    private static Dictionary<object, object> Map(object value) => (Dictionary<object, object>)value;

    private static List<string> List(object value) => [.. ((List<object>)value).Cast<string>()];

    [GeneratedRegex(@"^\$\{(?<name>[A-Z_]+):\?[^}]+\}$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Required();

    [GeneratedRegex(@"^[a-z]+://[^:]+:(?<password>.+)@[a-z]+:[0-9]+/", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex InAddress();

    [GeneratedRegex("\"(?<text>[A-Z][A-Z_.]+)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Literal();
}
