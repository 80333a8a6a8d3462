namespace EdgeRunner.Device.Telemetry;

/// <summary>Wakes the uploader. A signal while nobody waits is kept; many are one.</summary>
internal sealed class UploadSignal
{
    private TaskCompletionSource _source = New();

    /// <summary>From any thread.</summary>
    internal void Set() => Volatile.Read(ref _source).TrySetResult();

    /// <summary>Waits for a signal, a time-out or cancellation, whichever is first; never throws. One waiter at a time.</summary>
    internal async Task WaitAsync(TimeSpan time, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        var source = Volatile.Read(ref _source);
        await source.Task.WaitAsync(time, timeProvider, cancellationToken)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (source.Task.IsCompleted)
            Volatile.Write(ref _source, New());
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
