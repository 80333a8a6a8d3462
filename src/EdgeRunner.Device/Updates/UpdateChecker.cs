using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.Updates.Policies;
using EdgeRunner.Device.Updates.States;
using EdgeRunner.Messaging.Rollouts;

namespace EdgeRunner.Device.Updates;

/// <summary>Asks the repository what this device is to run. One check at a time.</summary>
/// <param name="parts">What it looks at.</param>
/// <param name="deviceId">This device.</param>
/// <param name="readNow">The time, UTC; null while nobody has set the clock.</param>
internal sealed class UpdateChecker(UpdateParts parts, string deviceId, Func<DateTimeOffset?> readNow)
{
    /// <summary>What this device is to do about a model now.</summary>
    public UpdateGoal Decide(string model, DesiredModel desired)
    {
        var record = parts.Store.Read(model);
        var hasBegun = (record.Phase != UpdatePhase.Idle && string.Equals(record.Target?.Version, desired.Version, StringComparison.Ordinal))
            || string.Equals(parts.Bundles.InUse(model), desired.Version, StringComparison.Ordinal);
        return UpdatePolicy.Decide(model, desired, deviceId, hasBegun, parts.Pins.Find(model), readNow());
    }

    /// <summary>Refreshes the metadata and finds the releases that this device is to take.</summary>
    /// <returns>One plan for each model of the desired state, by name.</returns>
    /// <exception cref="UpdateFailedException">No answer, or what came was refused.</exception>
    public async Task<IReadOnlyList<UpdatePlan>> CheckAsync(UpdateRoads roads, CancellationToken cancellationToken)
    {
        if (await roads.Source.RefreshAsync(cancellationToken).ConfigureAwait(false) is not { } desired) return [];
        var plans = new List<UpdatePlan>();
        foreach (var (model, entry) in desired.Models.OrderBy(one => one.Key, StringComparer.Ordinal))
        {
            if (!SectionCheck.IsName(model))
                throw new UpdateFailedException(UpdateReasons.BadDesiredState, $"the desired state of group {desired.Group} names a model \"{model}\"; expected 1 to 64 of A-Z a-z 0-9 . _ -", isFinal: false);
            plans.Add(await PlanAsync(new UpdatePlan(model, entry, roads), cancellationToken).ConfigureAwait(false));
        }

        return plans;
    }

    /// <summary>The lowest releases that may run of models that updates know and the desired state does not name: who is left alone must still hear that what it runs
    /// is revoked. To be called after <see cref="CheckAsync"/>, with what came of it.</summary>
    /// <returns>By name of the model; those of which nothing is listed any more, or nothing could be read, are missing.</returns>
    public async Task<IReadOnlyDictionary<string, long>> FindOtherLimitsAsync(UpdateRoads roads, IReadOnlyList<UpdatePlan> plans, CancellationToken cancellationToken)
    {
        var limits = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var model in parts.Store.Models().Except(plans.Select(plan => plan.Model), StringComparer.Ordinal))
        {
            if (await FindLimitAsync(roads.Source, model, cancellationToken).ConfigureAwait(false) is { } limit) limits[model] = limit;
        }

        return limits;
    }

    private async Task<long?> FindLimitAsync(IReleaseSource source, string model, CancellationToken cancellationToken)
    {
        var known = parts.Store.Read(model).Known.OrderByDescending(release => release.Number).Select(release => release.Version);
        IEnumerable<string> versions = parts.Bundles.InUse(model) is { } active ? known.Prepend(active) : known;
        foreach (var version in versions.Distinct(StringComparer.Ordinal).ToList())
        {
            try
            {
                return (await source.FindAsync(model, version, cancellationToken).ConfigureAwait(false)).MinRelease;
            }
            catch (UpdateFailedException e) when (e.Code is UpdateReasons.NotListed)
            {
                // Taken out of the repository, or installed by a person. Any other that is listed tells as well.
            }
            catch (UpdateFailedException)
            {
                return null; // Trouble with a model that nobody wants is no trouble of the check.
            }
        }

        return null;
    }

    private async Task<UpdatePlan> PlanAsync(UpdatePlan plan, CancellationToken cancellationToken)
    {
        var goal = Decide(plan.Model, plan.Desired);
        try
        {
            if (goal.Kind is UpdateGoalKind.Keep or UpdateGoalKind.Wait) return plan with { MinRelease = await FindLimitAsync(plan, cancellationToken).ConfigureAwait(false) };
            var release = await plan.Roads.Source.FindAsync(plan.Model, goal.Version, cancellationToken).ConfigureAwait(false);
            if (release.Number != goal.Release)
                throw new UpdateFailedException(UpdateReasons.BadDesiredState, $"the desired state says that {release.Title} is release {goal.Release}, its own signed metadata says {release.Number}", isFinal: false);
            if (goal.Kind == UpdateGoalKind.DryRun)
            {
                parts.Board.SetDryRun(plan.Model, await parts.Check.DryRunAsync(release, parts.Store.Read(plan.Model), plan.Roads, cancellationToken).ConfigureAwait(false));
                return plan with { MinRelease = release.MinRelease };
            }

            parts.Board.SetDryRun(plan.Model, null);
            return plan with { Release = release, MinRelease = release.MinRelease };
        }
        catch (UpdateFailedException e)
        {
            // One model that is not listed as it should be must not keep the others from theirs, nor a version in use that may not run.
            return plan with { Trouble = e, MinRelease = await FindLimitInTroubleAsync(plan, cancellationToken).ConfigureAwait(false) };
        }
    }

    private async Task<long?> FindLimitInTroubleAsync(UpdatePlan plan, CancellationToken cancellationToken)
    {
        try
        {
            return await FindLimitAsync(plan, cancellationToken).ConfigureAwait(false);
        }
        catch (UpdateFailedException)
        {
            return null; // The first trouble is what is told.
        }
    }

    // Who keeps what it has must still hear that it may not. The limit is signed into every release of a model, so that any that is listed tells.
    private async Task<long?> FindLimitAsync(UpdatePlan plan, CancellationToken cancellationToken)
    {
        if (parts.Bundles.InUse(plan.Model) is not { } active) return null;
        try
        {
            return (await plan.Roads.Source.FindAsync(plan.Model, active, cancellationToken).ConfigureAwait(false)).MinRelease;
        }
        catch (UpdateFailedException e) when (e.Code is UpdateReasons.NotListed)
        {
            // Installed by a person, or taken out of the repository: the desired version tells as well.
            return (await plan.Roads.Source.FindAsync(plan.Model, plan.Desired.Version, cancellationToken).ConfigureAwait(false)).MinRelease;
        }
    }
}
