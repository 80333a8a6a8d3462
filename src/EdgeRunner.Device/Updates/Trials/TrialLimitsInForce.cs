using EdgeRunner.Device.Configuration;
using EdgeRunner.Messaging.Rollouts;

namespace EdgeRunner.Device.Updates.Trials;

/// <summary>What a trial goes by: the rollout's limits where it states them, the configuration's where it does not.</summary>
internal sealed record TrialLimitsInForce(long Windows, TimeSpan Time, double MaxErrorRate, double MaxLatencyRatio, double MaxDrift, long ShadowWindows)
{
    /// <summary>Puts the two together.</summary>
    public static TrialLimitsInForce Of(TrialOptions options, TrialLimits? limits) => new(
        limits?.Windows ?? options.Windows,
        TimeSpan.FromMinutes(limits?.Minutes ?? options.Minutes),
        limits?.MaxErrorRate ?? options.MaxErrorRate,
        limits?.MaxLatencyRatio ?? options.MaxLatencyRatio,
        limits?.MaxDrift ?? options.MaxDrift,
        limits?.ShadowWindows ?? options.ShadowWindows);
}
