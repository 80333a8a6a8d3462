using EdgeRunner.Messaging.Rollouts;

namespace EdgeRunner.Device.Updates;

/// <summary>Watches a new version at work.</summary>
internal interface ITrialRunner
{
    /// <summary>Runs the new version beside the present one on the same windows; nothing of it reaches actuators or records.</summary>
    /// <returns>A verdict with what was compared; passed at once when no pipeline uses the model.</returns>
    Task<TrialVerdict> ShadowAsync(Release release, TrialLimits? limits, IProgress<TrialProgress> progress, CancellationToken cancellationToken);

    /// <summary>Watches the new version, which serves already, until it has shown itself or has failed.</summary>
    /// <param name="release">The new version.</param>
    /// <param name="from">Version that served before; null at the first install.</param>
    /// <param name="limits">From the rollout; null or null members: those of the configuration.</param>
    /// <param name="progress">Told at most a few times a second.</param>
    /// <param name="cancellationToken">The daemon stops; the trial begins anew after the next start.</param>
    Task<TrialVerdict> WatchAsync(Release release, string? from, TrialLimits? limits, IProgress<TrialProgress> progress, CancellationToken cancellationToken);
}
