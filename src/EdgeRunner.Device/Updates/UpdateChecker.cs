using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.Updates.Policies;
using EdgeRunner.Device.Updates.States;
using EdgeRunner.Messaging.Payloads;
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

    /// <summary>Whether the release is in use here already and nothing is under way: then nothing of it is to be fetched.</summary>
    public bool Serves(ListedRelease release) =>
        string.Equals(parts.Bundles.InUse(release.Model), release.Version, StringComparison.Ordinal)
        && parts.Store.Read(release.Model) is { IsAtRest: true } record
        && record.Find(release.Version) is { } known && string.Equals(known.Sha256, release.Target.File.Digests.All.GetValueOrDefault("sha256"), StringComparison.Ordinal);

    /// <summary>Refreshes the metadata, learns which releases may not run any more, and finds those that this device is to take.</summary>
    /// <param name="roads">To the repository.</param>
    /// <param name="learn">Told the signed <c>min_release</c> of each model that is here or is to be taken, as soon as it is known: before anything but metadata is asked
    /// for, and also when the desired state does not come. Who withholds a file must not keep a revoked version in use. On any thread.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>One plan for each model of the desired state, by name.</returns>
    /// <exception cref="UpdateFailedException">No answer, or what came was refused.</exception>
    public async Task<IReadOnlyList<UpdatePlan>> CheckAsync(UpdateRoads roads, Action<string, long> learn, CancellationToken cancellationToken)
    {
        DesiredState? desired;
        try
        {
            desired = await roads.Source.RefreshAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (UpdateFailedException)
        {
            await LearnLimitsAsync(roads.Source, null, learn, cancellationToken).ConfigureAwait(false);
            throw;
        }

        var troubles = await LearnLimitsAsync(roads.Source, desired, learn, cancellationToken).ConfigureAwait(false);
        if (desired is null) return [];
        var plans = new List<UpdatePlan>();
        foreach (var (model, entry) in desired.Models.OrderBy(one => one.Key, StringComparer.Ordinal))
        {
            if (!SectionCheck.IsName(model))
                throw new UpdateFailedException(UpdateReasons.BadDesiredState, $"the desired state of group {desired.Group} names a model \"{model}\"; expected 1 to 64 of A-Z a-z 0-9 . _ -", isFinal: false);
            plans.Add(await PlanAsync(new UpdatePlan(model, entry, roads) { Trouble = troubles.GetValueOrDefault(model) }, learn, cancellationToken).ConfigureAwait(false));
        }

        return plans;
    }

    /// <returns>By name of the model, what kept its limit from being read. That nothing of it is listed is none.</returns>
    private async Task<Dictionary<string, UpdateFailedException>> LearnLimitsAsync(IReleaseSource source, DesiredState? desired, Action<string, long> learn, CancellationToken cancellationToken)
    {
        var troubles = new Dictionary<string, UpdateFailedException>(StringComparer.Ordinal);
        var inUse = desired?.Models.Keys.Where(name => SectionCheck.IsName(name) && parts.Bundles.InUse(name) is not null) ?? [];
        // Also of models that the group does not name: who is left alone must still hear that what it runs is revoked.
        foreach (var model in parts.Store.Models().Union(inUse, StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList())
        {
            var (limit, trouble) = await FindLimitAsync(source, model, desired?.Models.GetValueOrDefault(model)?.Version, cancellationToken).ConfigureAwait(false);
            if (limit is { } min) learn(model, min);
            if (trouble is not null) troubles[model] = trouble;
        }

        return troubles;
    }

    // The limit is signed into every release of a model. The ones that count are asked first; where neither is listed any more, any other tells as well.
    private async Task<(long? Limit, UpdateFailedException? Trouble)> FindLimitAsync(IReleaseSource source, string model, string? wanted, CancellationToken cancellationToken)
    {
        string?[] first = [parts.Bundles.InUse(model), wanted];
        var known = parts.Store.Read(model).Known.OrderByDescending(release => release.Number).Select(release => release.Version);
        var isListed = false;
        long? limit = null;
        UpdateFailedException? trouble = null;
        foreach (var version in first.Concat(known).OfType<string>().Distinct(StringComparer.Ordinal).ToList())
        {
            if ((isListed || trouble is not null) && !first.Contains(version, StringComparer.Ordinal)) break;
            try
            {
                var min = (await source.FindTermsAsync(model, version, cancellationToken).ConfigureAwait(false)).MinRelease;
                if (min > (limit ?? 0)) limit = min;
                isListed = true;
            }
            catch (UpdateFailedException e) when (e.Code is UpdateReasons.NotListed)
            {
                // Taken out of the repository, or installed by a person.
            }
            catch (UpdateFailedException e)
            {
                trouble ??= e;
            }
        }

        return (limit, trouble);
    }

    private async Task<UpdatePlan> PlanAsync(UpdatePlan plan, Action<string, long> learn, CancellationToken cancellationToken)
    {
        var goal = Decide(plan.Model, plan.Desired);
        if (goal.Kind is UpdateGoalKind.Keep or UpdateGoalKind.Wait) return plan;
        plan = plan with { Trouble = null }; // What an older version was in trouble for is no matter now.
        try
        {
            var listed = await plan.Roads.Source.FindTermsAsync(plan.Model, goal.Version, cancellationToken).ConfigureAwait(false);
            if (listed.Number != goal.Release)
                throw new UpdateFailedException(UpdateReasons.BadDesiredState, $"the desired state says that {listed.Title} is release {goal.Release}, its own signed metadata says {listed.Number}", isFinal: false);
            if (listed.MinRelease is { } limit) learn(plan.Model, limit);
            if (Serves(listed))
            {
                parts.Board.SetDryRun(plan.Model, goal.Kind == UpdateGoalKind.DryRun ? new DryRunReport(listed.Version, Ok: true, [], 0) : null);
                return goal.Kind == UpdateGoalKind.DryRun ? plan : plan with { Serving = listed };
            }

            var release = await plan.Roads.Source.FindAsync(plan.Model, goal.Version, cancellationToken).ConfigureAwait(false);
            if (goal.Kind == UpdateGoalKind.DryRun)
            {
                parts.Board.SetDryRun(plan.Model, await parts.Check.DryRunAsync(release, parts.Store.Read(plan.Model), plan.Roads, cancellationToken).ConfigureAwait(false));
                return plan;
            }

            parts.Board.SetDryRun(plan.Model, null);
            return plan with { Release = release };
        }
        catch (UpdateFailedException e)
        {
            // One model that is not listed as it should be must not keep the others from theirs.
            return plan with { Trouble = e };
        }
    }
}
