using EdgeRunner.Device.Health;
using EdgeRunner.Device.Updates.Policies;
using EdgeRunner.Device.Updates.States;

namespace EdgeRunner.Device.Updates;

internal sealed partial class UpdateService
{
    /// <summary>Begins what is to be done next, or stops what is not wanted any more.</summary>
    private void Dispatch(CancellationToken cancellationToken)
    {
        _held = null;
        var revoked = FindRevoked();
        if (_run is { } run)
        {
            // A download can take days, and what signed metadata forbids must not serve for so long.
            if (!run.IsReturn && (revoked is not null || !IsWanted(run))) run.Stop.Cancel();
            return;
        }

        if (revoked is not null && TryStart(revoked, cancellationToken)) return;

        // What has begun comes before what has not.
        var models = parts.Store.Models().Union(_plans?.Keys ?? Enumerable.Empty<string>(), StringComparer.Ordinal).ToList();
        foreach (var model in models.OrderBy(model => parts.Store.Read(model).IsAtRest).ThenBy(model => model, StringComparer.Ordinal))
        {
            if (TryStart(model, cancellationToken)) return;
        }
    }

    // A model of which a version serves that may not; null when there is none, or when taking it away has just failed and has its pause.
    private string? FindRevoked() => parts.Store.Models().FirstOrDefault(model => pauses.IsDue(model, Withholding)
        && parts.Store.Read(model) is { Phase: not UpdatePhase.RollingBack } record
        && parts.Bundles.InUse(model) is { } active && (record with { MinRelease = Math.Max(LimitOf(model), record.MinRelease ?? 0) }).IsRevoked(active));

    // What checks have learned since the start; 0 when nothing of the model. What they learned before it is in its record.
    private long LimitOf(string model) => _limits.GetValueOrDefault(model);

    private bool IsWanted(Work run)
    {
        if (_plans is null) return true;
        var record = parts.Store.Read(run.Model);
        if (_plans.GetValueOrDefault(run.Model) is not { } plan) return false;
        if (Math.Max(LimitOf(run.Model), record.MinRelease ?? 0) > record.Target?.Number) return false;
        var goal = checker.Decide(run.Model, plan.Desired);
        return goal.Kind == UpdateGoalKind.Take && (ReleaseOf(plan, goal) is { } release
            ? string.Equals(Sha256(release), run.Sha256, StringComparison.Ordinal)
            : string.Equals(goal.Version, record.Target?.Version, StringComparison.Ordinal));
    }

    private bool TryStart(string model, CancellationToken cancellationToken)
    {
        var record = parts.Store.Read(model);
        if (record.Phase == UpdatePhase.RollingBack) return Start(model, record.Target?.Sha256, isReturn: true, stop => parts.Machine.RunAsync(model, new UpdateRun(null, null), stop), cancellationToken);
        // What is known of the limit holds without an answer of the repository too.
        if (LimitOf(model) is var limit && limit > (record.MinRelease ?? 0)) record = parts.Store.Write(record with { MinRelease = limit }, counts: false);
        if (parts.Bundles.InUse(model) is { } active && record.IsRevoked(active)) return Forbid(record, active, cancellationToken);
        if (_plans is null)
        {
            // A pin needs no answer either: what a person has fixed is not left for what was under way before.
            if (!record.IsAtRest && parts.Pins.Find(model) is { } pin && !string.Equals(pin, record.Target?.Version, StringComparison.Ordinal))
                return Abandon(record, $"pinned to {pin} by hand", cancellationToken);
            // Before the first answer of the repository: what needs no network goes on.
            return record.Phase is UpdatePhase.Staged or UpdatePhase.Probing or UpdatePhase.Trial && Resume(record, null, cancellationToken);
        }

        var plan = _plans.GetValueOrDefault(model);
        var goal = plan is null ? null : checker.Decide(model, plan.Desired);
        parts.Board.SetDesired(model, goal is { Kind: UpdateGoalKind.Keep } ? null : goal?.Version, goal is not null && parts.Pins.Find(model) is not null,
            goal is { Kind: UpdateGoalKind.Keep or UpdateGoalKind.Wait } ? goal.Words : null);
        if (goal is not { Kind: UpdateGoalKind.Take })
            return !record.IsAtRest && Abandon(record, goal?.Words ?? "the group wants nothing of this model any more", cancellationToken);
        if (plan!.Serving is { } serving && string.Equals(serving.Version, goal.Version, StringComparison.Ordinal) && checker.Serves(serving)) return Settle(serving);
        if (ReleaseOf(plan, goal) is not { } release) return WithoutRelease(record, plan, goal, cancellationToken);
        if (record.IsAtRest) return !_done.Contains(model) && Begin(record, plan, release, cancellationToken);
        return string.Equals(record.Target?.Sha256, Sha256(release), StringComparison.Ordinal) && !(record.Target?.Number < record.MinRelease)
            ? Resume(record, plan, cancellationToken)
            : Abandon(record, $"the group wants {goal.Version} now", cancellationToken);
    }

    // The goal is another than at the check: the moment of a rollout has come, for all devices at once, or a pin was taken off.
    private bool WithoutRelease(UpdateRecord record, UpdatePlan plan, UpdateGoal goal, CancellationToken cancellationToken)
    {
        if (plan.Trouble is { } trouble) parts.Board.SetTrouble(record.Model, trouble.Code, trouble.Message);
        else if (!_asked && _check is null)
        {
            _asked = true;
            parts.Schedule.OnNeed();
        }

        return !record.IsAtRest && string.Equals(record.Target?.Version, goal.Version, StringComparison.Ordinal)
            && record.Phase is UpdatePhase.Staged or UpdatePhase.Probing or UpdatePhase.Trial && Resume(record, null, cancellationToken);
    }

    private bool Begin(UpdateRecord record, UpdatePlan plan, Release release, CancellationToken cancellationToken)
    {
        var (model, sha256) = (release.Model, Sha256(release));
        if (checker.Serves(release)) return Settle(release);
        if (parts.Machine.CountSetAside(record) is var counted && !ReferenceEquals(counted, record)) record = parts.Store.Write(counted, counts: false);
        if (IsHeld(record, sha256)) return false;
        var serves = string.Equals(parts.Bundles.InUse(model), release.Version, StringComparison.Ordinal);
        if (!pauses.IsDue(model, sha256)) return false;
        return Start(model, sha256, isReturn: false, async stop =>
        {
            if (await parts.Check.FindObstacleAsync(release, record, plan.Roads.Unsealer, stop).ConfigureAwait(false) is { } obstacle) return parts.Machine.Refuse(release, obstacle.Code, obstacle.Message);
            // Installed by a person before it was signed, or before this device had a group.
            if (serves && string.Equals(parts.Bundles.DigestOf(model, release.Version), sha256, StringComparison.Ordinal)) return parts.Machine.Adopt(release);
            parts.Machine.Begin(release, plan.Desired.Trial, plan.Roads.Downloader);
            return await parts.Machine.RunAsync(model, RunOf(release, plan.Roads), stop).ConfigureAwait(false);
        }, cancellationToken);
    }

    // What is wanted is in use already: that is the state.
    private bool Settle(ListedRelease release)
    {
        if (!_done.Add(release.Model)) return false;
        parts.Machine.Adopt(release);
        parts.Board.SetTrouble(release.Model, null, null);
        return false;
    }

    private bool Resume(UpdateRecord record, UpdatePlan? plan, CancellationToken cancellationToken) =>
        !(record.Phase is UpdatePhase.Downloading && IsHeld(record, record.Target?.Sha256 ?? ""))
        && pauses.IsDue(record.Model, record.Target?.Sha256 ?? "")
        && Start(record.Model, record.Target?.Sha256, isReturn: false, stop => parts.Machine.RunAsync(record.Model, RunOf(plan?.Release, plan?.Roads), stop), cancellationToken);

    // Nothing else of the model is wanted meanwhile: what serves goes on.
    private bool IsHeld(UpdateRecord record, string sha256)
    {
        var now = timeProvider.GetUtcNow();
        if (SpoiledCopies.HeldUntil(record, sha256, now) is not { } until) return false;
        if (_held is null || until - now < _held) _held = until - now;
        var words = SpoiledCopies.Words(record, until);
        parts.Board.SetTrouble(record.Model, UpdateReasons.DigestMismatch, words);
        if (_told.Add(record.Model + words)) states.Note($"update {record.Model}", $"{UpdateReasons.DigestMismatch}: {words}");
        return true;
    }

    private bool Abandon(UpdateRecord record, string words, CancellationToken cancellationToken) =>
        Start(record.Model, record.Target?.Sha256, isReturn: true, stop =>
        {
            parts.Machine.Abandon(record, words);
            return parts.Machine.RunAsync(record.Model, new UpdateRun(null, null), stop);
        }, cancellationToken, isDone: false);

    // With a pause of its own: the one of a download that has no room must not keep a version in use that may not run.
    private bool Forbid(UpdateRecord record, string active, CancellationToken cancellationToken) =>
        Start(record.Model, Withholding, isReturn: true, async stop =>
        {
            var words = UpdateLedger.Revoked(record, active);
            // On trial and not yet in use, during a shadow run, it is not the one that is revoked.
            if (record.Phase == UpdatePhase.Trial && string.Equals(record.Target?.Version, active, StringComparison.Ordinal))
            {
                parts.Machine.BeginReturn(record, record.Target!, null, UpdateReasons.BelowMinRelease, words, denies: false);
                return await parts.Machine.RunAsync(record.Model, new UpdateRun(null, null), stop).ConfigureAwait(false);
            }

            await parts.Machine.WithholdAsync(record.Model, words, stop).ConfigureAwait(false);
            parts.History.Add(new HistoryEntry(timeProvider.GetUtcNow(), record.Model, active, "withheld") { Release = record.Find(active)?.Number, Code = UpdateReasons.BelowMinRelease, Words = words });
            states.Set($"model {record.Model}", ComponentState.Disabled, words);
            return parts.Store.Read(record.Model);
        }, cancellationToken, isDone: false);

    private const string Withholding = "min-release";

    private UpdateRun RunOf(Release? release, UpdateRoads? roads) => new(release, roads) { WaitForBulk = parts.Schedule.WaitForBulkAsync };

    private bool Start(string model, string? sha256, bool isReturn, Func<CancellationToken, Task<UpdateRecord>> work, CancellationToken cancellationToken, bool isDone = true)
    {
        if (!pauses.IsDue(model, sha256 ?? "")) return false;
        if (isDone) _done.Add(model);
        var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _run = new Work(model, sha256, isReturn, Task.Run(() => work(stop.Token), CancellationToken.None), stop);
        return true;
    }

    private void HarvestRun()
    {
        var run = _run!;
        _run = null;
        var isStopped = run.Stop.IsCancellationRequested;
        run.Stop.Dispose();
        switch (run.Task.Exception?.InnerException)
        {
            case null when run.Task.IsCanceled && !isStopped:
                TryLater(run, UpdateReasons.Unavailable, "a step gave up waiting");
                break;
            case null when run.Task.IsCanceled:
                // Stopped for something newer, or with the daemon: its state says where it was.
                _done.Remove(run.Model);
                break;
            case null:
                pauses.Remove(run.Model);
                _told.Remove(run.Model);
                if (parts.Bundles.InUse(run.Model) is not null && states.Find($"model {run.Model}") is { State: ComponentState.Disabled }) states.Set($"model {run.Model}", ComponentState.Running);
                break;
            case UpdateFailedException e:
                TryLater(run, e.Code, e.Message);
                break;
            case IOException or UnauthorizedAccessException:
                TryLater(run, UpdateReasons.Storage, $"files of the update cannot be read or written: {run.Task.Exception.InnerException.Message}");
                break;
            case var e:
                // A fault of ours must not end updates for good.
                Log.Unforeseen(logger, e, run.Model);
                TryLater(run, UpdateReasons.Storage, e.Message);
                break;
        }
    }

    private void TryLater(Work run, string code, string words)
    {
        _done.Remove(run.Model);
        var pause = pauses.Add(run.Model, run.Sha256 ?? "", code);
        parts.Board.SetTrouble(run.Model, code, words);
        // Each kind of trouble is told once: a network that is away for a week must not fill the log.
        if (_told.Add(run.Model + code)) states.Note($"update {run.Model}", $"{code}: {words} (tried again in {pause.TotalSeconds:0} s, then with longer pauses)");
    }

    private static Release? ReleaseOf(UpdatePlan plan, UpdateGoal goal) =>
        plan.Release is { } release && string.Equals(release.Version, goal.Version, StringComparison.Ordinal) ? release : null;

    private static string Sha256(ListedRelease release) => release.Target.File.Digests.All.GetValueOrDefault("sha256") ?? "";
}
