using EdgeRunner.Fleet.Commands;
using EdgeRunner.Fleet.Depot.Http;

namespace EdgeRunner.Fleet.Tests.Depot.Http;

public sealed class HttpAddressTests
{
    [Theory]
    [InlineData("http://127.0.0.1:8480", "http://127.0.0.1:8480", true)]
    [InlineData("http://localhost:8480/", "http://127.0.0.1:8480", true)]
    [InlineData("https://*:8443", "https://*:8443", false)]
    [InlineData("http://*", "http://*:80", false)]
    [InlineData("https://0.0.0.0", "https://0.0.0.0:443", false)]
    [InlineData("http://[::1]:1", "http://[::1]:1", true)]
    [InlineData("http://192.0.2.7:0", "http://192.0.2.7:0", false)]
    public void Address_is_read(string text, string expected, bool isLoopback)
    {
        var address = HttpAddress.Parse(text);
        Assert.Equal((expected, isLoopback), (address.ToString(), address.IsLoopback));
    }

    [Theory]
    [InlineData("8480")]
    [InlineData("127.0.0.1:8480")]
    [InlineData("http://depot.example:80")]
    [InlineData("http://127.0.0.1:80/path")]
    [InlineData("http://user@127.0.0.1:80")]
    [InlineData("http://127.0.0.1:99999")]
    [InlineData("ftp://127.0.0.1:80")]
    [InlineData("")]
    public void What_is_no_address_is_refused_with_what_would_be_right(string text) =>
        Assert.Contains("expected http://ADDRESS:PORT", Assert.Throws<UsageException>(() => HttpAddress.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Options_that_do_not_go_together_are_refused()
    {
        var tls = new HttpOptions { Addresses = [HttpAddress.Parse("https://*:8443")] };
        Assert.Contains("--https-cert FILE", Assert.Throws<UsageException>(tls.Check).Message, StringComparison.Ordinal);
        (tls with { CertificateFile = "a", KeyFile = "b" }).Check();
        Assert.Contains("for https", Assert.Throws<UsageException>(new HttpOptions { CertificateFile = "a" }.Check).Message, StringComparison.Ordinal);
        Assert.Contains("1 to 100000", Assert.Throws<UsageException>(new HttpOptions { MaxConnections = 0 }.Check).Message, StringComparison.Ordinal);
        Assert.Contains("--http-max-bytes -1", Assert.Throws<UsageException>(new HttpOptions { MaxBytesPerSecond = -1 }.Check).Message, StringComparison.Ordinal);
    }
}
