using EdgeRunner.Messaging.Mqtt;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace EdgeRunner.Messaging.Tests.Mqtt;

public sealed class MqttSessionOptionsValidatorTests
{
    [Fact]
    public void Defaults_with_a_client_id_are_valid()
        => Assert.Empty(MqttSessionOptionsValidator.FindProblems(new() { ClientId = "d1" }));

    [Fact]
    public void Every_problem_names_the_option_the_value_and_the_range()
    {
        var options = new MqttSessionOptions
        {
            Host = " ",
            Port = 70_000,
            KeepAlive = TimeSpan.FromSeconds(1),
            MaxInflight = 0,
            Password = "secret",
            Tls = new() { CertificateFile = "client.pem" },
            Will = new() { Topic = "a/#", Payload = default },
        };
        var error = Assert.Throws<OptionsValidationException>(() => new MqttSession(options, TimeProvider.System, NullLogger<MqttSession>.Instance));
        Assert.Equal(8, error.Failures.Count());
        Assert.Contains("Port is 70000; accepted: 1 to 65535", error.Failures);
        Assert.Contains("KeepAlive is 00:00:01; accepted: 00:00:05 to 18:00:00", error.Failures);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
    }
}
