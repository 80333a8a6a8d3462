using EdgeRunner.Native.Linux;

namespace EdgeRunner.Device.Telemetry;

/// <summary>The kernel's clocks.</summary>
internal sealed class KernelClockAnchors(TimeProvider timeProvider) : IClockAnchorSource
{
    /// <inheritdoc/>
    public string BootId { get; } = Native.Linux.BootId.Read();

    /// <inheritdoc/>
    public ClockAnchor Read() => new(KernelClock.IsSynchronised, timeProvider.GetUtcNow(), KernelClock.BoottimeNanoseconds);
}
