using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CoffeeShop.Delivery;
using CoffeeShop.Gateway;
using CoffeeShop.Protocol;
using CoffeeShop.Tests.Cli;

namespace CoffeeShop.Tests.Gateway;

[Trait("suite", "sessions")]
public sealed class HttpTests
{
    private static readonly HttpClient Http = new();

    private static AgencyTokens Tokens => new([$"north:{Hash("token of the north")}", "# a comment", $"south:{Hash("token of the south")}"], "tokens");

    [Fact]
    public async Task Sessions_and_their_results_are_there()
    {
        await using var gateway = await GatewayHarness.StartAsync();
        Assert.Equal("live\n", await GetTextAsync(gateway, "/health/live"));
        Assert.Equal("ready\n", await GetTextAsync(gateway, "/health/ready"));
        Assert.Equal("[]", await GetTextAsync(gateway, "/sessions"));
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync(gateway, "/sessions/latest/result")).StatusCode);
        using var client = await gateway.ConnectAsync();
        var id = (await SmallShop.SendAsync(client)).Session.Id;
        await SmallShop.ReceiveResultAsync(client);
        Assert.Equal(Shop.Answer, await GetTextAsync(gateway, $"/sessions/{id}/result"));
        Assert.Equal(Shop.Answer, await GetTextAsync(gateway, "/sessions/latest/result"));
        var session = await SessionAsync(gateway, id);
        Assert.Equal(("complete", "agencia-1", 2, Shop.Answer.Length), (session.State, session.ClientId, session.Protocol, session.ResultBytes));
        Assert.Equal(2, session.Batches["transactions"]);
        Assert.Equal(2, session.Rows["q2"]);
        // Once it has ended it holds its answers and nothing else.
        Assert.Equal(new SessionHoldings(0, 0, 0, 0, Shop.Answer.Length), session.Holds);
    }

    [Fact]
    public async Task What_is_not_there_yet_is_said_in_words()
    {
        await using var gateway = await GatewayHarness.StartAsync();
        using var client = await gateway.ConnectAsync();
        await client.SendAsync(RawClient.Hello());
        var id = (await client.ReceiveAsync<Welcome>()).Session.Id;
        var open = await GetAsync(gateway, $"/sessions/{id}/result");
        Assert.Equal(HttpStatusCode.Conflict, open.StatusCode);
        Assert.Contains("still open", await open.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync(gateway, "/sessions/nonsense")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync(gateway, $"/sessions/{Guid.NewGuid()}")).StatusCode);
    }

    [Fact]
    public async Task A_session_that_is_cancelled_over_HTTP_tells_its_client()
    {
        await using var gateway = await GatewayHarness.StartAsync();
        using var client = await gateway.ConnectAsync();
        await client.SendAsync(RawClient.Hello());
        var id = (await client.ReceiveAsync<Welcome>()).Session.Id;
        using var cancel = new HttpRequestMessage(HttpMethod.Post, Address(gateway, $"/sessions/{id}/cancel"));
        Assert.Equal(HttpStatusCode.NoContent, (await Http.SendAsync(cancel, TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(ErrorCode.SessionCancelled, (await client.ReceiveErrorAsync()).Code);
        Assert.Equal(SessionState.Cancelled, (await gateway.Storage.FindSessionAsync(id))!.State);
    }

    [Fact]
    public async Task An_agency_sees_and_cancels_its_own_sessions_alone()
    {
        await using var gateway = await GatewayHarness.StartAsync(options => options with { Tokens = Tokens });
        using var client = await gateway.ConnectAsync();
        var id = (await SmallShop.SendAsync(client, "token of the north")).Session.Id;
        await SmallShop.ReceiveResultAsync(client);
        Assert.Equal(HttpStatusCode.Unauthorized, (await GetAsync(gateway, "/sessions")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await GetAsync(gateway, $"/sessions/{id}/result", "wrong")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync(gateway, $"/sessions/{id}/result", "token of the south")).StatusCode);
        Assert.Equal("[]", await (await GetAsync(gateway, "/sessions", "token of the south")).Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(Shop.Answer, await (await GetAsync(gateway, $"/sessions/{id}/result", "token of the north")).Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        using var cancel = new HttpRequestMessage(HttpMethod.Post, Address(gateway, $"/sessions/{id}/cancel")) { Headers = { Authorization = new("Bearer", "token of the south") } };
        Assert.Equal(HttpStatusCode.NotFound, (await Http.SendAsync(cancel, TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task A_foreign_host_name_does_not_lead_to_the_loopback()
    {
        await using var gateway = await GatewayHarness.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, Address(gateway, "/sessions")) { Headers = { Host = "shop.example" } };
        Assert.Equal(HttpStatusCode.Forbidden, (await Http.SendAsync(request, TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task Whoever_takes_a_session_of_another_gets_one_error_whatever_is_wrong()
    {
        await using var gateway = await GatewayHarness.StartAsync(options => options with { Tokens = Tokens });
        using var client = await gateway.ConnectAsync();
        await client.SendAsync(RawClient.Hello("token of the north"));
        var key = (await client.ReceiveAsync<Welcome>()).Session;
        var errors = new List<ErrorMessage>();
        foreach (var (token, stolen) in ((string, SessionKey)[])
        [
            ("token of the south", key),
            ("token of the north", key with { Secret = new Bytes32(new byte[32]) }),
            ("token of the north", key with { Id = new SessionId(Guid.NewGuid()) }),
        ])
        {
            using var thief = await gateway.ConnectAsync();
            await thief.SendAsync(RawClient.Hello(token, stolen));
            errors.Add(await thief.ReceiveErrorAsync());
        }

        Assert.Equal(ErrorCode.UnknownSession, Assert.Single(errors.Distinct()).Code);
    }

    [Fact]
    public async Task After_many_wrong_tokens_a_wrong_one_has_to_wait_and_a_right_one_passes()
    {
        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var gateway = await GatewayHarness.StartAsync(options => options with { Tokens = Tokens }, clock);
        for (var i = 0; i < 20; i++) Assert.Equal(ErrorCode.Unauthorized, (await ErrorOfAsync(gateway, i % 2 == 0 ? "" : "guess")).Code);
        Assert.Equal(ErrorCode.LimitReached, (await ErrorOfAsync(gateway, "guess")).Code);
        // The address may be that of many.
        using var client = await gateway.ConnectAsync();
        await client.SendAsync(RawClient.Hello("token of the north"));
        await client.ReceiveAsync<Welcome>();
        clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(ErrorCode.Unauthorized, (await ErrorOfAsync(gateway, "guess")).Code);
        Assert.DoesNotContain("token of", gateway.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_tokens_over_HTTP_make_neither_right_ones_nor_clients_wait()
    {
        await using var gateway = await GatewayHarness.StartAsync(options => options with { Tokens = Tokens });
        for (var i = 0; i < 20; i++) Assert.Equal(HttpStatusCode.Unauthorized, (await GetAsync(gateway, "/sessions", "guess")).StatusCode);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await GetAsync(gateway, "/sessions", "guess")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(gateway, "/sessions", "token of the north")).StatusCode);
        Assert.Equal(ErrorCode.Unauthorized, (await ErrorOfAsync(gateway, "guess")).Code);
    }

    [Fact]
    public async Task Version_1_is_refused_where_tokens_are_asked_for_unless_it_is_allowed()
    {
        foreach (var isAllowed in (bool[])[false, true])
        {
            await using var gateway = await GatewayHarness.StartAsync(options => options with { Tokens = Tokens, AllowVersion1WithoutToken = isAllowed });
            using var client = await gateway.ConnectAsync();
            await client.SendAsync(RawRows.End(CoffeeShop.Tables.Stores.Table));
            Assert.Same(isAllowed ? BatchReceived.Success : BatchReceived.Failure, await client.ReceiveAsync());
        }
    }

    internal static Task<string> GetTextAsync(GatewayHarness gateway, string path) => Http.GetStringAsync(Address(gateway, path), TestContext.Current.CancellationToken);

    internal static async Task<SessionView> SessionAsync(GatewayHarness gateway, SessionId id) =>
        JsonSerializer.Deserialize(await GetTextAsync(gateway, $"/sessions/{id}"), SessionJson.Default.SessionView)!;

    private static async Task<ErrorMessage> ErrorOfAsync(GatewayHarness gateway, string token)
    {
        using var client = await gateway.ConnectAsync();
        await client.SendAsync(RawClient.Hello(token));
        // A lingering connection ends when its client closes, so the clock is not waited for.
        return await client.ReceiveAsync<ErrorMessage>();
    }

    private static async Task<HttpResponseMessage> GetAsync(GatewayHarness gateway, string path, string? token = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Address(gateway, path));
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await Http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private static Uri Address(GatewayHarness gateway, string path) => new($"http://{gateway.Server.HttpAddress}{path}");

    private static string Hash(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
