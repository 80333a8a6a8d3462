using EdgeRunner.Device.Telemetry;

namespace EdgeRunner.Device.Tests.Telemetry;

/// <summary>Both clocks of a device, moved by hand.</summary>
internal sealed class FakeClock(TimeProvider timeProvider) : IClockAnchorSource
{
    public string BootId { get; set; } = "11111111-1111-4111-8111-111111111111";

    public bool IsSynchronized { get; set; } = true;

    public ClockAnchor Read() => new(IsSynchronized, timeProvider.GetUtcNow(), timeProvider.GetTimestamp() * 100);
}
