using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace EdgeRunner.Device.Telemetry;

/// <summary>Every rule of <see cref="TelemetryOptions"/>, with the number that is wrong and the range it must be in.</summary>
internal sealed partial class TelemetryOptionsValidator : IValidateOptions<TelemetryOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, TelemetryOptions options)
    {
        List<string> errors = [];
        if (string.IsNullOrWhiteSpace(options.Directory))
            errors.Add("telemetry.directory is empty; a directory is needed");
        if (string.IsNullOrWhiteSpace(options.DeviceId))
            errors.Add("device.id is empty; the envelope needs it");
        Within("commitInterval", options.CommitInterval, TimeSpan.Zero, TimeSpan.FromMinutes(1));
        Within("lossReportInterval", options.LossReportInterval, TimeSpan.Zero, TimeSpan.FromHours(1));
        Within("storeRetryInterval", options.StoreRetryInterval, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1));
        Within("maxBytes", options.MaxBytes, 1L << 20, 1L << 40);
        Within("memoryOnlyMaxBytes", options.MemoryOnlyMaxBytes, 64L << 10, 1L << 30);
        Within("freeDiskFloorBytes", options.FreeDiskFloorBytes, 0, long.MaxValue);
        Within("backlogBytesPerSecond", options.BacklogBytesPerSecond, 1024, long.MaxValue);
        Within("maxInflight", options.MaxInflight, 1, 1000);
        Within("fullCheckMaxBytes", options.FullCheckMaxBytes, 0, long.MaxValue);
        foreach (var (stream, of) in options.Streams)
        {
            if (!IsStreamName(stream))
                errors.Add($"telemetry.streams: the name '{stream}' is not 1 to 64 of A-Z a-z 0-9 . _ -");
            if (of.MaxBytes is { } cap)
                Within($"streams.{stream}.maxBytes", cap, 64L << 10, options.MaxBytes);
            Within($"streams.{stream}.queueBytes", of.QueueBytes, 4 << 10, 64 << 20);
        }

        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);

        void Within<T>(string key, T value, T low, T high)
            where T : IComparable<T>
        {
            if (value.CompareTo(low) < 0 || value.CompareTo(high) > 0)
                errors.Add($"telemetry.{key} is {value}; accepted is {low} to {high}");
        }
    }

    internal static bool IsStreamName(string name) => StreamName().IsMatch(name);

    [GeneratedRegex(@"\A[A-Za-z0-9._-]{1,64}\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex StreamName();
}
