namespace EdgeRunner.Device.Updates.States;

/// <summary>What one run of the machine has at hand.</summary>
/// <param name="Release">The release, as signed metadata names it; null when the daemon has only its own state, which is enough once the bundle is in the store.</param>
/// <param name="Roads">Where it comes from; null as above.</param>
internal sealed record UpdateRun(Release? Release, UpdateRoads? Roads)
{
    /// <summary>Waits until chunks may be asked for.</summary>
    public Func<CancellationToken, Task> WaitForBulk { get; init; } = static _ => Task.CompletedTask;

    /// <summary>Where the step stands that runs now: a step that swaps enters the trial by itself.</summary>
    public UpdateRecord? Record { get; set; }

    /// <summary>The downloaded file, once it is known.</summary>
    public string? File { get; set; }
}
