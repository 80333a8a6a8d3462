using EdgeRunner.Messaging.Rollouts;

namespace EdgeRunner.Fleet.Rollouts;

/// <summary>What a group is to run next of one model, and what a person should know about that.</summary>
/// <param name="Next">The new entry.</param>
/// <param name="Warnings">One line each.</param>
internal sealed record RolloutPlan(DesiredModel Next, IReadOnlyList<string> Warnings)
{
    /// <summary>Plans.</summary>
    /// <param name="before">The entry that stands; null when the group runs nothing of this model yet.</param>
    /// <param name="release">What is rolled out. Not revoked.</param>
    /// <param name="request">What was asked for.</param>
    /// <param name="now">The time.</param>
    /// <param name="newSeed">Draws a seed.</param>
    /// <param name="isUsable">Whether a version of this model is published and may run.</param>
    internal static RolloutPlan Make(DesiredModel? before, PublishedRelease release, RolloutRequest request, DateTimeOffset now, Func<string> newSeed, Func<string, bool> isUsable)
    {
        var same = before is not null && before.Release == release.Number ? before : null;
        var notBefore = request.NotBefore ?? same?.NotBefore;
        var later = notBefore > now ? notBefore : null;
        var percent = request.PercentHundredths ?? same?.PercentHundredths ?? DesiredModel.AllDevices;
        var warnings = new List<string>();
        // Whoever does not take part (yet) must find the version that was for all before; when all take part there is no such device.
        var wantsStable = percent < DesiredModel.AllDevices || later is not null || request.DryRun;
        var stable = wantsStable ? same is null ? ForAll(before, now) : same.Stable : null;
        if (stable is not null && !isUsable(stable.Version))
        {
            warnings.Add($"{stable.Version} was for all before, and devices cannot get or must not run it any more: those that do not take part keep what they have");
            stable = null;
        }
        if (before is not null && release.Number < before.Release)
        {
            warnings.Add($"{release.Version} is release {release.Number}, lower than release {before.Release} ({before.Version}) that stands: this is a return");
        }
        if (same is { Paused: true })
        {
            warnings.Add("it is paused and stays so: `edgefleet rollout resume` lets devices begin");
        }
        if (same is { DryRun: false } && percent < same.PercentHundredths)
        {
            warnings.Add($"devices that drop out {(stable is null ? "keep what they have" : $"return to {stable.Version}")}");
        }
        var next = new DesiredModel(release.Version, release.Number, request.Seed ?? same?.Seed ?? newSeed(), percent)
        {
            NotBefore = later,
            Stable = stable,
            Trial = Merge(same?.Trial, request.Trial),
            DryRun = request.DryRun,
            Paused = same?.Paused ?? false,
            Stage = same?.Stage ?? 0,
        };
        return new RolloutPlan(next, warnings);
    }

    /// <summary>The version that every device of the group was told to run.</summary>
    private static StableModel? ForAll(DesiredModel? before, DateTimeOffset now) => before switch
    {
        null => null,
        { DryRun: true } or { PercentHundredths: < DesiredModel.AllDevices } => before.Stable,
        _ when before.NotBefore > now => before.Stable,
        _ => new StableModel(before.Version, before.Release),
    };

    private static TrialLimits? Merge(TrialLimits? standing, TrialLimits said)
    {
        var merged = new TrialLimits
        {
            Windows = said.Windows ?? standing?.Windows,
            Minutes = said.Minutes ?? standing?.Minutes,
            MaxErrorRate = said.MaxErrorRate ?? standing?.MaxErrorRate,
            MaxLatencyRatio = said.MaxLatencyRatio ?? standing?.MaxLatencyRatio,
            MaxDrift = said.MaxDrift ?? standing?.MaxDrift,
            ShadowWindows = said.ShadowWindows ?? standing?.ShadowWindows,
        };
        return merged == new TrialLimits() ? null : merged;
    }
}
