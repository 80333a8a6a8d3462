using System.Collections.Concurrent;
using System.Text.Json;
using EdgeRunner.Fleet.Commands;
using EdgeRunner.Fleet.Tests.Devices;
using EdgeRunner.Fleet.Tests.Rollouts;
using EdgeRunner.Messaging.Mqtt;
using EdgeRunner.Messaging.Payloads;
using EdgeRunner.Messaging.Rollouts;
using EdgeRunner.Messaging.Topics;
using EdgeRunner.Messaging.Transfer;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeRunner.Fleet.Tests.Depot;

/// <summary>Depot, fleet manager and device together behind the broker configuration that we ship: each in its role, with its certificate.</summary>
public sealed class SecureDepotTests
{
    private static readonly MqttPublishOptions Retained = new() { QualityOfService = MqttQualityOfService.AtLeastOnce, Retain = true };

    [Fact]
    public async Task A_rollout_is_announced_fetched_and_reported_with_the_rights_of_the_shipped_rules_alone()
    {
        using var broker = SecureBroker.Start("box-1");
        using var fleet = await new RolloutRepository(TimeProvider.System).InitAsync();
        await fleet.AddAsync("vision", "1.0.0", 1);
        await using var depot = await RunningDepot.StartAsync(fleet.Path, broker.Port, options => options with { Fleet = SecureBroker.Fleet, Broker = As(broker, "depot", options.Broker!) });
        await using var device = new MqttSession(As(broker, "box-1", new MqttSessionOptions { ClientId = "box-1" }), TimeProvider.System, NullLogger<MqttSession>.Instance);
        device.Start();
        await device.WaitUntilConnectedAsync(CancellationToken.None).WaitAsync(Waiting.Patience);
        var topics = new EdgeTopics(SecureBroker.Fleet, "box-1");
        var (answers, timestamps) = (new ConcurrentQueue<TransferResponse>(), new ConcurrentQueue<string>());
        await device.SubscribeAsync(topics.AllResponses, MqttQualityOfService.AtMostOnce, (message, _) =>
        {
            Assert.True(TransferResponse.TryRead(message.Payload, out var response));
            answers.Enqueue(response);
            return ValueTask.CompletedTask;
        }, CancellationToken.None);
        await device.SubscribeAsync(topics.Timestamp, MqttQualityOfService.AtLeastOnce, (message, _) =>
        {
            timestamps.Enqueue(System.Text.Encoding.UTF8.GetString(message.Payload.Span));
            return ValueTask.CompletedTask;
        }, CancellationToken.None);

        fleet.Ok("rollout", "set", "east", "vision@1.0.0");
        var published = await File.ReadAllTextAsync(fleet.Content.Layout.RoleFile("timestamp", 0));
        await Waiting.UntilAsync(() => timestamps.Contains(published), "the timestamp of the rollout is announced");

        var target = fleet.Content.Roles["rollout"].Targets[DesiredState.TargetPath("east")];
        var request = new TransferRequest(1, TransferKind.Target, $"rollout/{target.Digests.Preferred}.east.json") { MaxBytes = DesiredState.MaxBytes };
        await device.PublishAsync(topics.Request, JsonSerializer.SerializeToUtf8Bytes(request, TransferJsonContext.Default.TransferRequest), MqttPublishOptions.AtLeastOnce, CancellationToken.None);
        await Waiting.UntilAsync(() => !answers.IsEmpty, "the depot has answered");
        Assert.True(answers.TryDequeue(out var answer));
        Assert.Equal(TransferStatus.Ok, answer.Status);
        Assert.Equal("1.0.0", RolloutDocument.Parse(answer.Bytes.Span, "east").Models["vision"].Version);

        var report = ReportingDevices.Report("box-1", update: new UpdateReport("vision", "committed") { Version = "1.0.0" });
        await device.PublishAsync(topics.Report, JsonSerializer.SerializeToUtf8Bytes(report, MessagingJsonContext.Default.ReportPayload), Retained, CancellationToken.None);
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = FleetCommand.Run(["rollout", "status", "east", "-r", fleet.Path, .. broker.OptionsOf("fleet")], TimeProvider.System, output, error);
        Assert.True(code == ExitCode.Ok, $"{error}{output}");
        Assert.Contains("1 of 1 done", output.ToString(), StringComparison.Ordinal);

        Assert.Equal(ExitCode.Unavailable, FleetCommand.Run(["fleet", "list", "--broker", $"mqtts://localhost:{broker.Port}", "--ca", broker.CaFile], TimeProvider.System, TextWriter.Null, error));
        Assert.Contains("certificate", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--ca", "", "has no certificate; expected PEM, -----BEGIN CERTIFICATE-----.")]
    [InlineData("--ca", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "has no certificate; expected PEM, -----BEGIN CERTIFICATE-----, found PRIVATE KEY.")]
    [InlineData("--ca", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", ": its certificate 1 is damaged")]
    [InlineData("--ca", null, ": there is no such file.")]
    public void A_file_without_a_certificate_is_bad_configuration_and_no_broker_that_is_away(string option, string? content, string expected)
    {
        using var directory = new TempDirectory();
        var file = directory.File("ca.crt");
        if (content is not null)
        {
            File.WriteAllText(file, content);
        }
        using var error = new StringWriter();
        // Nothing listens at port 1.
        Assert.Equal(ExitCode.Usage, FleetCommand.Run(["fleet", "list", "--broker", "mqtts://127.0.0.1:1", option, file], TimeProvider.System, TextWriter.Null, error));
        Assert.Contains($"{option} {file}{(expected[0] == ':' ? "" : " ")}{expected}", error.ToString(), StringComparison.Ordinal);
    }

    private static MqttSessionOptions As(SecureBroker broker, string name, MqttSessionOptions options) => options with
    {
        Host = "localhost",
        Port = broker.Port,
        Tls = new MqttTlsOptions { CaFile = broker.CaFile, CertificateFile = broker.CertificateOf(name).CertificateFile, KeyFile = broker.CertificateOf(name).KeyFile },
    };
}
