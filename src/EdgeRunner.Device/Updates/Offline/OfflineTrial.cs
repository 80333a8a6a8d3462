using EdgeRunner.Messaging.Rollouts;

namespace EdgeRunner.Device.Updates.Offline;

/// <summary>There is nothing to watch without pipelines: the daemon does it at its next start.</summary>
internal sealed class OfflineTrial : ITrialRunner
{
    /// <inheritdoc/>
    /// <exception cref="DaemonNeededException">Always.</exception>
    public Task<TrialVerdict> ShadowAsync(Release release, TrialLimits? limits, IProgress<TrialProgress> progress, CancellationToken cancellationToken) =>
        throw new DaemonNeededException();

    /// <inheritdoc/>
    /// <exception cref="DaemonNeededException">Always.</exception>
    public Task<TrialVerdict> WatchAsync(Release release, string? from, TrialLimits? limits, IProgress<TrialProgress> progress, CancellationToken cancellationToken) =>
        throw new DaemonNeededException();
}
