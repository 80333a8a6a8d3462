namespace EdgeRunner.Device.Guards;

/// <summary>A model that was turned off.</summary>
/// <param name="Reason">What it did wrong.</param>
/// <param name="Since">When, by the wall clock of that moment.</param>
/// <param name="SinceTimestamp">The same in monotonic time.</param>
internal sealed record ModelOff(string Reason, DateTimeOffset Since, long SinceTimestamp);
