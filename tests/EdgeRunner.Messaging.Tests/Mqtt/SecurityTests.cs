using System.Security.Cryptography;
using EdgeRunner.Messaging.Mqtt;

namespace EdgeRunner.Messaging.Tests.Mqtt;

public sealed class SecurityTests
{
    [Fact]
    public async Task A_client_certificate_is_accepted_and_its_name_is_the_user()
    {
        using var pki = new TestPki();
        using var broker = MosquittoBroker.Start(new() { Pki = pki, RequireClientCertificate = true, Acl = "pattern readwrite own/%u/#\n" });
        var (certificate, key) = pki.IssueClient("d1");
        await using var harness = await SessionHarness.ConnectAsync(broker.Port, options => options with
        {
            Host = "localhost",
            Tls = new() { CaFile = pki.CaFile, CertificateFile = certificate, KeyFile = key },
        });
        await harness.PublishAsync("own/d1/x", new string('x', 300_000));
        await Assert.ThrowsAsync<MqttRefusedException>(() => harness.PublishAsync("own/d2/x", "1"));
    }

    [Fact]
    public async Task A_broker_of_another_authority_is_refused_with_a_clear_error()
    {
        using var pki = new TestPki();
        using var other = new TestPki("Another CA");
        using var broker = MosquittoBroker.Start(new() { Pki = pki });
        var fault = await FaultOfAsync(broker.Port, options => options with { Tls = new() { CaFile = other.CaFile } });
        Assert.Equal(MqttFaultReason.BrokerNotTrusted, fault.Reason);
        Assert.Contains(other.CaFile, fault.Message, StringComparison.Ordinal);
        Assert.Contains("clock", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_for_another_name_is_refused_unless_the_check_is_off()
    {
        using var pki = new TestPki();
        var (certificate, key) = pki.IssueServer("elsewhere.example");
        using var broker = MosquittoBroker.Start(new() { ConfigurationLines = [$"cafile {pki.CaFile}", $"certfile {certificate}", $"keyfile {key}"] });
        var fault = await FaultOfAsync(broker.Port, options => options with { Tls = new() { CaFile = pki.CaFile } });
        Assert.Equal(MqttFaultReason.BrokerNotTrusted, fault.Reason);
        Assert.Contains("another name than '127.0.0.1'", fault.Message, StringComparison.Ordinal);
        await using var trusting = await SessionHarness.ConnectAsync(broker.Port, options => options with { Tls = new() { CaFile = pki.CaFile, InsecureSkipHostnameCheck = true } });
    }

    [Fact]
    public async Task A_missing_client_certificate_is_refused_with_a_clear_error()
    {
        using var pki = new TestPki();
        using var broker = MosquittoBroker.Start(new() { Pki = pki, RequireClientCertificate = true });
        var fault = await FaultOfAsync(broker.Port, options => options with { Tls = new() { CaFile = pki.CaFile } });
        Assert.Contains("client certificate", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_tls_file_and_a_key_with_a_password_are_named()
    {
        using var pki = new TestPki();
        using var directory = new TempDirectory();
        using var broker = MosquittoBroker.Start(new() { Pki = pki });
        var missing = await FaultOfAsync(broker.Port, options => options with { Tls = new() { CaFile = directory.File("no-such-ca.pem") } });
        Assert.Equal(MqttFaultReason.Tls, missing.Reason);
        Assert.EndsWith("no-such-ca.pem is not there", missing.Message, StringComparison.Ordinal);

        var (certificate, key) = pki.IssueClient("d1");
        using var ecdsa = ECDsa.Create();
        ecdsa.ImportFromPem(await File.ReadAllTextAsync(key));
        var locked = directory.File("locked.key");
        var encryption = new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, iterationCount: 1000);
        await File.WriteAllTextAsync(locked, ecdsa.ExportEncryptedPkcs8PrivateKeyPem("password", encryption));
        var fault = await FaultOfAsync(broker.Port, options => options with { Tls = new() { CaFile = pki.CaFile, CertificateFile = certificate, KeyFile = locked } });
        Assert.Equal(MqttFaultReason.Tls, fault.Reason);
        Assert.Contains("locked.key", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_password_is_refused_without_showing_it()
    {
        using var broker = MosquittoBroker.Start(new() { Users = new Dictionary<string, string> { ["d1"] = "right" } });
        var fault = await FaultOfAsync(broker.Port, options => options with { Username = "d1", Password = "wr0ng" });
        Assert.Equal(MqttFaultReason.NotAuthorised, fault.Reason);
        Assert.Contains("user 'd1'", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("wr0ng", fault.Message, StringComparison.Ordinal);
        await using var accepted = await SessionHarness.ConnectAsync(broker.Port, options => options with { Username = "d1", Password = "right" });
    }

    [Fact]
    public async Task A_plain_client_at_a_tls_port_and_the_other_way_round_get_a_hint()
    {
        using var pki = new TestPki();
        using var tls = MosquittoBroker.Start(new() { Pki = pki });
        var plainAtTls = await FaultOfAsync(tls.Port, options => options with { ConnectTimeout = TimeSpan.FromSeconds(2) });
        Assert.Contains("TLS", plainAtTls.Message, StringComparison.Ordinal);
        using var plain = MosquittoBroker.Start();
        var tlsAtPlain = await FaultOfAsync(plain.Port, options => options with { Tls = new() { CaFile = pki.CaFile }, ConnectTimeout = TimeSpan.FromSeconds(2) });
        Assert.Contains("TLS", tlsAtPlain.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_host_is_named()
    {
        var fault = await FaultOfAsync(1883, options => options with { Host = "no-such-host.invalid" });
        Assert.Equal(MqttFaultReason.UnknownHost, fault.Reason);
        Assert.Contains("'no-such-host.invalid' is unknown", fault.Message, StringComparison.Ordinal);
    }

    private static async Task<MqttConnectionFault> FaultOfAsync(int port, Func<MqttSessionOptions, MqttSessionOptions> configure)
    {
        await using var harness = new SessionHarness(port, configure);
        harness.Session.Start();
        return await harness.FaultAsync();
    }
}
