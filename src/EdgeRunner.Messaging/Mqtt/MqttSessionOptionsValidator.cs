using EdgeRunner.Messaging.Topics;
using Microsoft.Extensions.Options;

namespace EdgeRunner.Messaging.Mqtt;

/// <summary>Checks <see cref="MqttSessionOptions"/>; each problem names the option, the value and what is accepted.</summary>
public sealed class MqttSessionOptionsValidator : IValidateOptions<MqttSessionOptions>
{
    private const int MaxClientIdLength = 128;

    /// <summary>All problems; empty when the options can be used.</summary>
    public static IReadOnlyList<string> FindProblems(MqttSessionOptions options)
    {
        var problems = new List<string>();
        if (string.IsNullOrWhiteSpace(options.Host)) problems.Add("Host is empty; accepted: a name or an address");
        if (options.ClientId is not { Length: >= 1 and <= MaxClientIdLength } || options.ClientId.Any(char.IsControl))
            problems.Add($"ClientId is '{options.ClientId}'; accepted: 1 to {MaxClientIdLength} printable characters");
        InRange(nameof(options.Port), options.Port, 1, 65_535);
        InRange(nameof(options.MaxInflight), options.MaxInflight, 1, 10_000);
        InRange(nameof(options.ReceiveMaximum), options.ReceiveMaximum, 1, 65_535);
        InRange(nameof(options.MaxQueuedMessages), options.MaxQueuedMessages, 1, 1_000_000);
        InRange(nameof(options.MaxQueuedBytes), options.MaxQueuedBytes, 64 << 10, 1L << 30);
        InRange(nameof(options.MaxPacketSizeBytes), options.MaxPacketSizeBytes, 1 << 10, 256 << 20);
        TimeInRange(nameof(options.SessionExpiry), options.SessionExpiry, TimeSpan.Zero, TimeSpan.FromDays(30));
        TimeInRange(nameof(options.KeepAlive), options.KeepAlive, TimeSpan.FromSeconds(5), TimeSpan.FromHours(18));
        TimeInRange(nameof(options.PublishTimeout), options.PublishTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10));
        TimeInRange(nameof(options.ConnectTimeout), options.ConnectTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10));
        TimeInRange(nameof(options.ReconnectInitialDelay), options.ReconnectInitialDelay, TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(60));
        TimeInRange(nameof(options.ReconnectMaxDelay), options.ReconnectMaxDelay, options.ReconnectInitialDelay, TimeSpan.FromHours(1));
        TimeInRange(nameof(options.StableAfter), options.StableAfter, TimeSpan.Zero, TimeSpan.FromHours(1));
        if (options.Password is not null && options.Username is null) problems.Add("Password is set but Username is not; accepted: both or only Username");
        if (options.Tls is { } tls && tls.CertificateFile is null != tls.KeyFile is null)
            problems.Add($"Tls.CertificateFile is '{tls.CertificateFile}' and Tls.KeyFile is '{tls.KeyFile}'; accepted: both or neither");
        if (options.Will is { } will) CheckWill(will);
        return problems;

        void InRange(string name, long value, long least, long most)
        {
            if (value < least || value > most) problems.Add($"{name} is {value}; accepted: {least} to {most}");
        }

        void TimeInRange(string name, TimeSpan value, TimeSpan least, TimeSpan most)
        {
            if (value < least || value > most) problems.Add($"{name} is {value}; accepted: {least} to {most}");
        }

        void CheckWill(MqttWill checkedWill)
        {
            if (!TopicFilter.IsValidTopicName(checkedWill.Topic))
                problems.Add($"Will.Topic is '{checkedWill.Topic}'; accepted: a topic name without wildcards");
            TimeInRange("Will.Delay", checkedWill.Delay, TimeSpan.Zero, TimeSpan.FromDays(30));
            InRange("Will.Payload.Length", checkedWill.Payload.Length, 0, ushort.MaxValue); // a two-byte length: MQTT 5.0, 3.1.3.4
        }
    }

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, MqttSessionOptions options)
    {
        var problems = FindProblems(options);
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }
}
