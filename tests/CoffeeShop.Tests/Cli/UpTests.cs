using System.Net;
using CoffeeShop.Commands;

namespace CoffeeShop.Tests.Cli;

/// <summary>What <c>coffee up</c> refuses before it starts anything.</summary>
public sealed class UpTests
{
    [Fact]
    public async Task Without_servers_it_says_where_to_get_them() =>
        (await Coffee.Run("up")).Is(2).Says("--services", "--broker", "--database", "COFFEE_BROKER", "COFFEE_DATABASE");

    [Fact]
    public async Task Half_of_the_servers_is_refused() =>
        (await Coffee.Run("up", "--broker", "amqp://localhost")).Is(2).Says("no database", "--database");

    [Fact]
    public async Task Private_servers_and_others_are_refused() =>
        (await Coffee.Run("up", "--services", "--database", "postgres://localhost/coffee")).Is(2).Says("--services", "--database", "one or the other");

    [Theory]
    [InlineData("--filters", "0")]
    [InlineData("--aggregators", "65")]
    [InlineData("--joiners", "many")]
    [InlineData("--gateways", "-1")]
    [InlineData("--shards", "0")]
    [InlineData("--port", "0")]
    [InlineData("--http", "8081")]
    public async Task A_wrong_value_is_told_with_what_was_expected(string flag, string value) =>
        (await Coffee.Run("up", "--services", flag, value)).Is(2).Says(flag, $"\"{value}\"", "expected");

    [Theory]
    [InlineData(8080, 8081, "8080/8081 8082/8083 8084/8085")]
    [InlineData(9000, 9500, "9000/9500 9001/9501 9002/9502")]
    [InlineData(8080, 8082, "8080/8082 8081/8083 8084/8085")]
    [InlineData(8081, 8080, "8081/8080 8082/8083 8084/8085")]
    public void Further_gateways_take_the_next_ports(int clients, int http, string expected) => Assert.Equal(
        expected,
        string.Join(' ', GatewayPorts.Next(new GatewayPorts(clients, new IPEndPoint(IPAddress.Loopback, http)), 3)!.Select(ports => $"{ports.Clients}/{ports.Http.Port}")));

    [Fact]
    public async Task Ports_beyond_the_last_are_refused() => (await Coffee.Run("up", "--services", "--port", "65535", "--gateways", "2")).Is(2).Says("65535");
}
