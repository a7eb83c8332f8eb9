using System.Collections;
using CoffeeShop.Client;
using CoffeeShop.Tests.Tidy;

namespace CoffeeShop.Tests.Client;

public sealed class SampleConfigurationTests
{
    [Fact]
    public void The_sample_is_a_configuration() =>
        Assert.Equal("agencia-1", ClientSettings.Read(Path.Combine(Repository.Root, "samples/config.yaml"), new Hashtable()).Id);
}
