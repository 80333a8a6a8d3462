namespace EdgeRunner.Device.Sensors;

/// <summary>Blocking waits of a pipeline's thread that end at once when cancelled. No allocation after the token's first use.</summary>
internal static class MonotonicWait
{
    // Longest sleep in one go: a suspended machine or a clock of a test moves on without waking the sleeper.
    private const int SliceMilliseconds = 250;

    /// <summary>Waits until <see cref="TimeProvider.GetTimestamp"/> reaches <paramref name="timestamp"/>; up to 1 ms late, never early.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static void Until(TimeProvider time, long timestamp, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var remaining = timestamp - time.GetTimestamp();
            if (remaining <= 0)
                return;
            var milliseconds = Math.Ceiling(remaining * 1_000.0 / time.TimestampFrequency);
            cancellationToken.WaitHandle.WaitOne((int)Math.Min(milliseconds, SliceMilliseconds));
        }
    }

    /// <summary>Waits for <paramref name="delay"/>.</summary>
    /// <inheritdoc cref="Until"/>
    public static void For(TimeProvider time, TimeSpan delay, CancellationToken cancellationToken) =>
        Until(time, time.GetTimestamp() + (long)(delay.TotalSeconds * time.TimestampFrequency), cancellationToken);
}
