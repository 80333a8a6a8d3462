namespace EdgeRunner.Device.Health;

/// <summary>One worker's sign of life. Marking costs one store; it allocates nothing and takes no lock.</summary>
internal sealed class ProgressMark(string component, TimeProvider timeProvider)
{
    private long _busySince;

    /// <summary>What, in words a person reads.</summary>
    public string Component { get; } = component;

    /// <summary>How long the present piece of work has taken; zero while the worker waits for input.</summary>
    public TimeSpan BusyFor
    {
        get
        {
            var since = Volatile.Read(ref _busySince);
            return since == 0 ? TimeSpan.Zero : timeProvider.GetElapsedTime(since);
        }
    }

    /// <summary>A piece of work begins at <paramref name="timestamp"/>, from the same <see cref="TimeProvider"/>.</summary>
    public void Busy(long timestamp) => Volatile.Write(ref _busySince, timestamp);

    /// <summary>A piece of work begins now.</summary>
    public void Busy() => Busy(timeProvider.GetTimestamp());

    /// <summary>The worker waits for input; that may take for ever.</summary>
    public void Idle() => Volatile.Write(ref _busySince, 0);
}
