using EdgeRunner.Fleet.Depot.Fairness;

namespace EdgeRunner.Fleet.Depot.Requests;

/// <summary>What the depot knows of one device that asks.</summary>
internal sealed class DeviceDesk(string device, DepotOptions options, TimeProvider timeProvider)
{
    private const double BusyAnswersPerSecond = 2;
    private const double BusyAnswersAtOnce = 8;

    /// <summary>Its answers.</summary>
    internal Lane Lane { get; } = new(device);

    /// <summary>Requests that it may make.</summary>
    internal TokenBucket Requests { get; } = new(options.MaxRatePerDevice, options.MaxRatePerDevice * 2.0, timeProvider);

    /// <summary>How often it is told that it is too much: a flood is not answered with a flood.</summary>
    internal TokenBucket BusyAnswers { get; } = new(BusyAnswersPerSecond, BusyAnswersAtOnce, timeProvider);

    /// <summary>Timestamp of its newest request.</summary>
    internal long AskedAt { get; set; } = timeProvider.GetTimestamp();
}
