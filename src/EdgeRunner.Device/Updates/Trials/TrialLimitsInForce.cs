using EdgeRunner.Device.Configuration;
using EdgeRunner.Messaging.Rollouts;

namespace EdgeRunner.Device.Updates.Trials;

/// <summary>What a trial goes by: the rollout's limits where it states them, the configuration's where it does not.</summary>
/// <remarks>A rollout is signed by a key that is online, and whoever holds that must not be able to do away with trials: the configuration bounds what it can ask for.
/// What the configuration itself says is not bounded.</remarks>
internal sealed record TrialLimitsInForce(long Windows, TimeSpan Time, double MaxErrorRate, double MaxLatencyRatio, double MaxDrift, long ShadowWindows)
{
    /// <summary>Puts the two together.</summary>
    public static TrialLimitsInForce Of(TrialOptions options, TrialLimits? limits) => new(
        limits?.Windows is { } windows ? Math.Max(windows, Math.Min(options.MinWindows, options.Windows)) : options.Windows,
        TimeSpan.FromMinutes(limits?.Minutes is { } minutes ? Math.Max(minutes, Math.Min(options.MinMinutes, options.Minutes)) : options.Minutes),
        limits?.MaxErrorRate is { } rate ? Math.Min(rate, Math.Max(options.ErrorRateCap, options.MaxErrorRate)) : options.MaxErrorRate,
        limits?.MaxLatencyRatio is { } ratio ? Math.Min(ratio, Math.Max(options.LatencyRatioCap, options.MaxLatencyRatio)) : options.MaxLatencyRatio,
        limits?.MaxDrift is { } drift ? CapDrift(drift, options) : options.MaxDrift,
        limits?.ShadowWindows ?? options.ShadowWindows);

    /// <summary>0 is the loosest drift of all: it does not compare.</summary>
    private static double CapDrift(double asked, TrialOptions options)
    {
        var loosest = Math.Max(options.DriftCap, options.MaxDrift);
        if (loosest is 0) return asked; // The device does not care.
        return asked is 0 ? loosest : Math.Min(asked, loosest);
    }
}
