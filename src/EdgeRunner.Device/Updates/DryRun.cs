using EdgeRunner.Device.Updates.Policies;
using EdgeRunner.Device.Updates.States;

namespace EdgeRunner.Device.Updates;

/// <summary>Tells a person what a check would begin.</summary>
internal static class DryRun
{
    /// <summary>Refreshes the metadata and looks at each release that would be taken; nothing is fetched.</summary>
    /// <returns>Done when this device could take all that it would.</returns>
    /// <exception cref="UpdateFailedException">No answer, or what came was refused.</exception>
    public static async Task<UpdateAnswer> TellAsync(UpdateParts parts, UpdateChecker checker, UpdateRoads roads, CancellationToken cancellationToken)
    {
        var plans = await checker.CheckAsync(roads, static (_, _) => { }, cancellationToken).ConfigureAwait(false);
        if (plans.Count == 0) return new UpdateAnswer(true, "the group has no desired state for any model") { Models = [] };
        List<string> words = [];
        List<CheckedModel> models = [];
        string? refusal = null;
        foreach (var plan in plans)
        {
            var (text, code, bytes) = await TellAsync(parts, checker, plan, cancellationToken).ConfigureAwait(false);
            words.Add($"{plan.Model}: {text}");
            refusal ??= code;
            var goal = checker.Decide(plan.Model, plan.Desired);
            models.Add(new CheckedModel(plan.Model, goal.Kind is UpdateGoalKind.Keep ? null : goal.Version, parts.Bundles.InUse(plan.Model), parts.Store.Read(plan.Model).Phase.Word(), code, bytes));
        }

        return new UpdateAnswer(refusal is null, string.Join("; ", words), refusal) { Models = models };
    }

    private static async Task<(string Words, string? Code, long? BytesToMove)> TellAsync(UpdateParts parts, UpdateChecker checker, UpdatePlan plan, CancellationToken cancellationToken)
    {
        if (plan.Trouble is { } trouble) return (trouble.Message, trouble.Code, null);
        if (plan.Serving is { } serving) return ($"{serving.Version} serves already", null, 0);
        if (plan.Release is not { } release) return (checker.Decide(plan.Model, plan.Desired).Words, null, null);
        if (string.Equals(parts.Bundles.InUse(plan.Model), release.Version, StringComparison.Ordinal)) return ($"{release.Version} serves already", null, 0);
        var (report, code) = await parts.Check.TryAsync(release, parts.Store.Read(plan.Model), plan.Roads, cancellationToken).ConfigureAwait(false);
        return report.Ok
            ? ($"{release.Version} would be taken, {UpdateWords.Size(report.BytesToMove, release.Target.File.Length)} of {UpdateWords.Size(release.Target.File.Length)} fetched", null, report.BytesToMove)
            : ($"{release.Version} could not be taken: {string.Join("; ", report.Problems)}", code, report.BytesToMove);
    }
}
