namespace EdgeRunner.Device.Telemetry;

/// <summary>One moment on two clocks. It lets a receiver turn a record's <c>t</c> (boot time) into wall time.</summary>
/// <param name="Synchronized">True when a time daemon had set the wall clock; else <paramref name="Utc"/> is only a guess.</param>
/// <param name="Utc">Wall time.</param>
/// <param name="BoottimeNanoseconds"><c>CLOCK_BOOTTIME</c> at that moment.</param>
internal readonly record struct ClockAnchor(bool Synchronized, DateTimeOffset Utc, long BoottimeNanoseconds);
