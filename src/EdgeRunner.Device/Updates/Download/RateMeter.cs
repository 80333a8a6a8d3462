namespace EdgeRunner.Device.Updates.Download;

/// <summary>Bytes a second over the last few seconds. One thread.</summary>
internal sealed class RateMeter(TimeProvider timeProvider)
{
    private static readonly TimeSpan Span = TimeSpan.FromSeconds(5);

    private readonly Queue<(long Time, long Bytes)> _samples = new();

    /// <summary>Takes how many bytes there are in all.</summary>
    /// <returns>The rate; 0 at first.</returns>
    internal double Add(long bytes)
    {
        var now = timeProvider.GetTimestamp();
        while (_samples.Count > 1 && timeProvider.GetElapsedTime(_samples.Peek().Time, now) > Span) _samples.Dequeue();
        _samples.Enqueue((now, bytes));
        var (time, first) = _samples.Peek();
        var seconds = timeProvider.GetElapsedTime(time, now).TotalSeconds;
        return seconds > 0 ? (bytes - first) / seconds : 0;
    }
}
