namespace EdgeRunner.Messaging.Payloads;

/// <summary>Wall time beside the counter that needs no clock, so that a receiver can repair the time of records made before the clock was set.</summary>
/// <param name="Synchronized">The kernel says that a time source steers the clock. False: <paramref name="Utc"/> may be years off.</param>
/// <param name="Utc">Wall time.</param>
/// <param name="BoottimeNs"><c>CLOCK_BOOTTIME</c> at the same moment, in nanoseconds.</param>
public sealed record ClockReading(bool Synchronized, DateTimeOffset Utc, long BoottimeNs);
