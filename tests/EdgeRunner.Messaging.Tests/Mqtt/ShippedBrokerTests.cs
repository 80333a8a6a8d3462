using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeRunner.Messaging.Mqtt;

namespace EdgeRunner.Messaging.Tests.Mqtt;

/// <summary>The configuration and the ACL that we ship, in a real broker with TLS and client certificates.</summary>
public sealed class ShippedBrokerTests(ShippedBrokerTests.Shared shared) : IClassFixture<ShippedBrokerTests.Shared>
{
    private const string Base = $"er/1/{SecureBroker.Fleet}";

    private SecureBroker Broker => shared.Broker;

    private Task<SessionHarness> ConnectAsync(string name, string? clientId = null, TimeSpan? expiry = null) =>
        SessionHarness.ConnectAsync(Broker.Port, options => Trusting(options, Broker.CertificateOf(name)) with { ClientId = clientId ?? options.ClientId, SessionExpiry = expiry ?? TimeSpan.Zero, CleanStart = expiry is null });

    private MqttSessionOptions Trusting(MqttSessionOptions options, (string Certificate, string Key)? client) => options with
    {
        Host = "localhost",
        Tls = new MqttTlsOptions { CaFile = Broker.CaFile, CertificateFile = client?.Certificate, KeyFile = client?.Key },
    };

    [Fact]
    public void The_shipped_files_are_taken_without_a_warning()
    {
        // What it says of the user is about the test, which may run as root; and two lines of the ACL are for everybody, and say so.
        var start = Broker.Broker.LogText.Split('\n').TakeWhile(l => !l.EndsWith("running", StringComparison.Ordinal))
            .Where(l => !l.Contains("as root", StringComparison.Ordinal) && !l.Contains("does not contain '%c' or '%u'", StringComparison.Ordinal)).ToArray();
        Assert.DoesNotContain(start, l => l.Contains("Warning", StringComparison.OrdinalIgnoreCase) || l.Contains("Error", StringComparison.OrdinalIgnoreCase));
        Assert.Contains(start, l => l.Contains("Config loaded", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_device_writes_its_own_topics_and_nothing_else()
    {
        await using var device = await ConnectAsync("box-1");
        foreach (var own in (string[])["presence", "report", "telemetry/speech", "telemetry/losses", "event", "request"])
        {
            await device.PublishAsync($"{Base}/device/box-1/{own}", "1");
        }
        string[] foreign =
        [
            .. ((string[])["presence", "report", "telemetry/speech", "event", "request", "response/1", "command/restart/7"]).Select(t => $"{Base}/device/box-2/{t}"),
            $"{Base}/device/box-1/response/1", $"{Base}/device/box-1", $"{Base}/device/box-1/other", $"{Base}/device/box-1/telemetry/a/b", $"{Base}/device/box-11/report",
            $"{Base}/device/box-1/command/restart/7",
            $"{Base}/tuf/timestamp", $"{Base}/tuf/root", $"{Base}/tuf", $"{Base}/blob/{new string('a', 64)}/0", $"{Base}/x", "er/1/other/device/box-1/report", "er/2/secure/device/box-1/report", "x",
        ];
        foreach (var topic in foreign)
        {
            var refused = await Record.ExceptionAsync(() => device.PublishAsync(topic, "1"));
            Assert.True(refused is MqttRefusedException, $"{topic}: {refused?.Message ?? "was taken"}");
        }
    }

    [Fact]
    public async Task A_stolen_certificate_can_have_messages_retained_on_its_streams_of_telemetry_only()
    {
        await using var thief = await ConnectAsync("box-1");
        var names = Enumerable.Range(0, 30).Select(i => $"{i}");
        string[] wide = [.. names, .. names.Select(n => $"telemetry/{n}/{n}"), .. names.Select(n => $"event/{n}"), .. names.Select(n => $"command/{n}/{n}"), .. names.Select(n => $"response/{n}")];
        foreach (var topic in wide) await thief.PublishAsync($"{Base}/device/box-1/{topic}", "kept", MqttPublishOptions.AtMostOnce with { Retain = true });
        await thief.PublishAsync($"{Base}/device/box-1/event", "marker", MqttPublishOptions.AtLeastOnce with { Retain = true });

        await using var fleet = await ConnectAsync("fleet");
        await fleet.CollectAsync($"{Base}/device/box-1/#");
        await SessionHarness.EventuallyAsync(() => fleet.ReceivedTexts.Contains("marker"), "the marker");
        await fleet.CollectAsync($"{Base}/device/box-1/presence"); // its SUBACK comes after all that is retained
        Assert.DoesNotContain("kept", fleet.ReceivedTexts);
        await thief.PublishAsync($"{Base}/device/box-1/event", "", MqttPublishOptions.AtLeastOnce with { Retain = true });
    }

    [Fact]
    public void No_rule_that_lets_devices_write_has_a_wildcard_but_that_of_telemetry()
    {
        var rules = File.ReadLines(Path.Combine(TestPaths.RepositoryRoot, "device-configs", "mosquitto", "edgerunner.acl"))
            .Where(line => line.StartsWith("pattern", StringComparison.Ordinal) && !line.StartsWith("pattern read ", StringComparison.Ordinal)).ToList();
        Assert.Equal("pattern write er/1/FLEET/device/%u/telemetry/+", Assert.Single(rules, rule => rule.Contains('+', StringComparison.Ordinal) || rule.Contains('#', StringComparison.Ordinal)));
        Assert.All(rules, rule => Assert.Contains("/device/%u/", rule, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_a_device_writes_without_an_acknowledgement_to_a_topic_that_is_not_its_own_reaches_nobody()
    {
        await using var fleet = await ConnectAsync("fleet");
        await fleet.CollectAsync($"{Base}/#");
        await using var device = await ConnectAsync("box-1");
        await device.PublishAsync($"{Base}/tuf/timestamp", "forged", MqttPublishOptions.AtMostOnce);
        await device.PublishAsync($"{Base}/device/box-2/report", "forged", MqttPublishOptions.AtMostOnce with { Retain = true });
        await device.PublishAsync($"{Base}/device/box-1/event", "marker");

        await SessionHarness.EventuallyAsync(() => fleet.ReceivedTexts.Contains("marker"), "the marker");
        Assert.DoesNotContain("forged", fleet.ReceivedTexts);
    }

    [Fact]
    public async Task A_device_reads_what_is_meant_for_it_however_wide_its_filters_are()
    {
        await using var depot = await ConnectAsync("depot");
        await using var fleet = await ConnectAsync("fleet");
        await using var neighbour = await ConnectAsync("box-1");
        await using var device = await ConnectAsync("box-2");
        foreach (var filter in (string[])["#", $"{Base}/#", $"{Base}/device/+/response/+", $"{Base}/device/box-1/response/+", "$share/depots/er/1/secure/device/+/request", $"{Base}/device/+/command/+/+"])
        {
            await device.CollectAsync(filter);
        }
        await neighbour.PublishAsync($"{Base}/device/box-1/request", "secret");
        await neighbour.PublishAsync($"{Base}/device/box-1/report", "secret");
        await neighbour.PublishAsync($"{Base}/device/box-1/telemetry/speech", "secret");
        await depot.PublishAsync($"{Base}/device/box-1/response/1", "secret");
        await fleet.PublishAsync($"{Base}/device/box-1/command/restart/1", "secret");
        await depot.PublishAsync($"{Base}/tuf/timestamp", "timestamp");
        await depot.PublishAsync($"{Base}/blob/abc/0", "chunk");
        await fleet.PublishAsync($"{Base}/device/box-2/command/restart/1", "command");
        await depot.PublishAsync($"{Base}/device/box-2/response/1", "response");

        await SessionHarness.EventuallyAsync(() => ((string[])["timestamp", "chunk", "command", "response"]).All(device.ReceivedTexts.Contains), "what is meant for it");
        await depot.PublishAsync($"{Base}/device/box-2/response/2", "marker");
        await SessionHarness.EventuallyAsync(() => device.ReceivedTexts.Contains("marker"), "the marker");
        Assert.DoesNotContain("secret", device.ReceivedTexts);
    }

    [Fact]
    public async Task Several_depots_have_one_name_and_share_the_requests_and_may_not_speak_as_devices()
    {
        await using var one = await ConnectAsync("depot");
        await using var two = await ConnectAsync("depot-2");
        await one.CollectAsync($"$share/depots/{Base}/device/+/request");
        await two.CollectAsync($"$share/depots/{Base}/device/+/request");
        await using var device = await ConnectAsync("box-1");
        for (var n = 0; n < 20; n++)
        {
            await device.PublishAsync($"{Base}/device/box-1/request", $"{n}");
        }
        await SessionHarness.EventuallyAsync(() => one.Received.Count + two.Received.Count >= 20, "all requests");
        Assert.Equal(20, one.ReceivedTexts.Concat(two.ReceivedTexts).Distinct(StringComparer.Ordinal).Count());
        foreach (var topic in (string[])["device/box-1/report", "device/box-1/command/restart/1", "device/box-1/request", "tuf/other", "x"])
        {
            await Assert.ThrowsAsync<MqttRefusedException>(() => one.PublishAsync($"{Base}/{topic}", "1"));
        }
    }

    [Fact]
    public async Task The_fleet_manager_commands_and_cleans_up_and_receivers_only_read()
    {
        await using var fleet = await ConnectAsync("fleet");
        await fleet.PublishAsync($"{Base}/device/gone/report", "", MqttPublishOptions.AtLeastOnce with { Retain = true });
        await fleet.PublishAsync($"{Base}/device/box-1/command/restart/2", "1");
        foreach (var topic in (string[])["tuf/timestamp", "device/box-1/response/1", "device/box-1/event", "device/box-1/telemetry/x", "device/box-1/request", "blob/a/0"])
        {
            await Assert.ThrowsAsync<MqttRefusedException>(() => fleet.PublishAsync($"{Base}/{topic}", "1"));
        }

        await using var receiver = await ConnectAsync("receiver");
        await receiver.CollectAsync($"{Base}/#");
        await using var device = await ConnectAsync("box-1");
        await device.PublishAsync($"{Base}/device/box-1/request", "not for receivers");
        await device.PublishAsync($"{Base}/device/box-1/telemetry/speech", "record");
        await SessionHarness.EventuallyAsync(() => receiver.ReceivedTexts.Contains("record"), "the record");
        Assert.DoesNotContain("not for receivers", receiver.ReceivedTexts);
        await Assert.ThrowsAsync<MqttRefusedException>(() => receiver.PublishAsync($"{Base}/device/box-1/telemetry/speech", "1"));
    }

    [Fact]
    public async Task Without_a_certificate_or_with_one_of_another_authority_nobody_gets_in()
    {
        using var other = new TestPki("Another CA");
        Assert.Contains("certificate", (await FaultAsync(null)).Message, StringComparison.Ordinal);
        await FaultAsync(other.IssueClient("box-1"));
        Assert.DoesNotContain("as foreign-client", Broker.Broker.LogText, StringComparison.Ordinal);

        async Task<MqttConnectionFault> FaultAsync((string, string)? client)
        {
            await using var harness = new SessionHarness(Broker.Port, options => Trusting(options, client) with { ClientId = "foreign-client" });
            harness.Session.Start();
            return await harness.FaultAsync();
        }
    }

    [Theory]
    [InlineData("+")]
    [InlineData("#")]
    [InlineData("box-1/report")]
    [InlineData("")]
    public async Task A_certificate_whose_name_is_a_wildcard_or_a_path_or_nothing_gives_no_right(string commonName)
    {
        using var directory = new TempDirectory();
        await using var harness = new SessionHarness(Broker.Port, options => Trusting(options, Issue(directory, commonName)) with { PublishTimeout = TimeSpan.FromSeconds(5) });
        harness.Session.Start();
        await SessionHarness.EventuallyAsync(() => harness.Session.IsConnected || harness.Session.LastFault is not null, "an answer");

        foreach (var topic in (string[])["device/box-1/report", "device/box-1/command/restart/1", "device/+/report", "tuf/timestamp"])
        {
            // Refused, or not connected at all; a topic with a wildcard is refused before it is sent.
            await Assert.ThrowsAnyAsync<Exception>(() => harness.PublishAsync($"{Base}/{topic}", "1"));
        }
    }

    [Fact]
    public async Task Who_takes_another_devices_session_over_reads_nothing_of_what_waits_in_it()
    {
        const string Session = "box-1-session";
        var expiry = TimeSpan.FromMinutes(5);
        await using (var victim = await ConnectAsync("box-1", Session, expiry))
        {
            await victim.CollectAsync($"{Base}/device/box-1/command/+/+");
        }
        await using var fleet = await ConnectAsync("fleet");
        await fleet.PublishAsync($"{Base}/device/box-1/command/secret/1", "secret");

        await using var thief = await ConnectAsync("box-2", Session, expiry);
        await thief.CollectAsync($"{Base}/#");
        await fleet.PublishAsync($"{Base}/device/box-1/command/secret/2", "secret");
        await fleet.PublishAsync($"{Base}/device/box-2/command/restart/3", "marker");
        await SessionHarness.EventuallyAsync(() => thief.ReceivedTexts.Contains("marker"), "the marker");
        Assert.DoesNotContain("secret", thief.ReceivedTexts);
    }

    [Fact]
    public async Task A_packet_may_be_as_long_as_the_longest_message_and_not_much_longer()
    {
        await using var device = await ConnectAsync("box-1");
        await device.PublishAsync($"{Base}/device/box-1/event", new string('x', 256 << 10));
        await Assert.ThrowsAsync<MqttRefusedException>(() => device.PublishAsync($"{Base}/device/box-1/event", new string('x', 321 << 10)));
        await device.PublishAsync($"{Base}/device/box-1/event", "still here");
    }

    [Fact]
    public void Certificates_that_are_there_stay_and_names_of_roles_are_refused_to_devices()
    {
        var before = File.ReadAllText(Broker.CertificateOf("box-1").CertificateFile);
        Assert.Contains("nothing was made", SecureBroker.MakePki(Broker.PkiDirectory, ["box-1"]), StringComparison.Ordinal);
        Assert.Contains("box-3.crt", SecureBroker.MakePki(Broker.PkiDirectory, ["box-1", "box-3"]), StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllText(Broker.CertificateOf("box-1").CertificateFile));

        foreach (var wrong in (string[])["depot", "fleet", "receiver", "ca", "a/b", "..", "+", "x y"])
        {
            Assert.Contains("ended with 2", Assert.Throws<InvalidOperationException>(() => SecureBroker.MakePki(Broker.PkiDirectory, [wrong])).Message, StringComparison.Ordinal);
        }
        foreach (var key in Directory.GetFiles(Broker.PkiDirectory, "*.key").Where(_ => !OperatingSystem.IsWindows()))
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, new FileInfo(key).UnixFileMode);
        }
    }

    [Fact]
    public void A_damaged_certificate_is_made_anew_and_half_an_authority_is_refused()
    {
        using var directory = new TempDirectory();
        SecureBroker.MakePki(directory.Path, ["box-1"]);
        File.WriteAllText(directory.File("box-1.crt"), "damaged");
        Assert.Contains("made in", SecureBroker.MakePki(directory.Path, ["box-1"]), StringComparison.Ordinal);
        using (var authority = X509CertificateLoader.LoadCertificateFromFile(directory.File("ca.crt")))
        using (var certificate = X509Certificate2.CreateFromPemFile(directory.File("box-1.crt"), directory.File("box-1.key")))
        {
            Assert.Equal(("CN=box-1", authority.Subject), (certificate.Subject, certificate.Issuer));
        }
        File.Delete(directory.File("ca.key"));
        Assert.Contains("only one of ca.crt and ca.key", Assert.Throws<InvalidOperationException>(() => SecureBroker.MakePki(directory.Path, [])).Message, StringComparison.Ordinal);
    }

    /// <summary>A certificate of the broker's own authority with a name that the script refuses.</summary>
    private (string Certificate, string Key) Issue(TempDirectory directory, string commonName)
    {
        using var authority = X509Certificate2.CreateFromPemFile(Broker.CaFile, Path.Combine(Broker.PkiDirectory, "ca.key"));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var name = new X500DistinguishedNameBuilder();
        if (commonName.Length == 0) name.AddOrganizationName("nobody");
        else name.AddCommonName(commonName);
        var request = new CertificateRequest(name.Build(), key, HashAlgorithmName.SHA256);
        using var certificate = request.Create(authority, new DateTimeOffset(authority.NotBefore), DateTimeOffset.UtcNow.AddDays(1), RandomNumberGenerator.GetBytes(8));
        File.WriteAllText(directory.File("crt"), certificate.ExportCertificatePem() + "\n");
        File.WriteAllText(directory.File("key"), key.ExportPkcs8PrivateKeyPem() + "\n");
        return (directory.File("crt"), directory.File("key"));
    }

    public sealed class Shared : IDisposable
    {
        public SecureBroker Broker { get; } = SecureBroker.Start("box-1", "box-2");

        public void Dispose() => Broker.Dispose();
    }
}
