using System.Collections.Concurrent;
using System.Globalization;
using EdgeRunner.Device.Health;
using EdgeRunner.Device.Updates.Policies;
using EdgeRunner.Device.Updates.States;

namespace EdgeRunner.Device.Updates;

internal sealed partial class UpdateService
{
    private readonly List<TaskCompletionSource<UpdateAnswer>> _waiting = [];
    private readonly Dictionary<string, string> _keptBack = new(StringComparer.Ordinal); // model -> code of the check that keeps it back
    private readonly ConcurrentDictionary<string, long> _limits = new(StringComparer.Ordinal); // what checks have learned of min_release
    private readonly Queue<UpdateRoads> _retired = new(); // of earlier sticks, while an update from one may be under way
    private Task<CheckOutcome>? _check;
    private long? _inspectedAt; // of the task of the check
    private UpdateRoads? _roads;
    private UpdateRoads? _directoryRoads;

    private void BeginCheck(UpdateTrigger trigger, string? directory, CancellationToken cancellationToken)
    {
        _check = Task.Run(() => CheckAsync(trigger, directory, cancellationToken), cancellationToken);
    }

    private async Task<CheckOutcome> CheckAsync(UpdateTrigger trigger, string? directory, CancellationToken cancellationToken)
    {
        UpdateRoads? opened = null; // of a directory, until they are handed over
        try
        {
            Inspect(trigger, cancellationToken);
            var roads = directory is null ? _roads ??= parts.Roads.Open(null) : opened = parts.Roads.Open(directory);
            var outcome = new CheckOutcome(trigger, await checker.CheckAsync(roads, Learn, cancellationToken).ConfigureAwait(false), null) { Directory = opened };
            opened = null;
            return outcome;
        }
        catch (UpdateFailedException e)
        {
            return new CheckOutcome(trigger, null, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new CheckOutcome(trigger, null, new UpdateFailedException(UpdateReasons.Storage, $"files of the updates cannot be read or written: {e.Message}", isFinal: false, e));
        }
        // A fault of ours must not end updates for good.
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            Log.UnforeseenCheck(logger, e);
            return new CheckOutcome(trigger, null, new UpdateFailedException(UpdateReasons.Storage, e.Message, isFinal: false, e));
        }
        finally
        {
            if (opened is not null) await opened.DisposeAsync().ConfigureAwait(false);
        }
    }

    // Not at each check: whoever may write to the broker can wake this device each second, and this reads every byte of what is in use.
    private void Inspect(UpdateTrigger trigger, CancellationToken cancellationToken)
    {
        var isDue = trigger is UpdateTrigger.Manual or UpdateTrigger.Interval || _inspectedAt is not { } last || timeProvider.GetElapsedTime(last) >= parts.Schedule.Interval;
        if (!isDue) return;
        _inspectedAt = timeProvider.GetTimestamp();
        parts.Damaged.Inspect(cancellationToken);
    }

    // On the task of the check: what is revoked goes out of use now, and not when the last file of the check has come, or has not.
    private void Learn(string model, long limit)
    {
        if (_limits.AddOrUpdate(model, limit, (_, known) => Math.Max(known, limit)) == limit) _inbox.Writer.TryWrite(_ => Task.CompletedTask);
    }

    private void HarvestCheck()
    {
        var check = _check!;
        _check = null;
        if (!check.IsCompletedSuccessfully) return; // Cancelled: the host stops.
        var outcome = check.Result;
        if (_forgive) ForgiveOrAnswer();
        parts.Schedule.OnChecked(outcome.Failure is null);
        parts.Board.SetChecked(timeProvider.GetUtcNow(), outcome.Failure?.Code, outcome.Failure?.Message);
        if (outcome.Failure is { } failure)
        {
            // A network that is away is the normal state of some devices and shown with the check; everything else wants a person.
            if (failure.Code is UpdateReasons.Unavailable) states.Set(Component, ComponentState.Running, $"{(parts.Board.Snapshot().LastAnswered is { } last ? string.Create(CultureInfo.InvariantCulture, $"no answer since {last.UtcDateTime:yyyy-MM-dd HH:mm:ss'Z'}") : "no check was answered since the start")}: {failure.Message}");
            else KeepBack(failure);
            Answer(new UpdateAnswer(false, failure.Message, failure.Code));
            return;
        }

        var notice = outcome.Plans!.Count > 0 ? null
            : $"no rollout wants anything of group \"{parts.Board.Snapshot().Group}\": is updates.group right? `edgefleet rollout list` names the groups";
        parts.Board.SetNotice(notice);
        states.Set(Component, ComponentState.Running, notice ?? "");
        EndKeepingBack();
        if (_directoryRoads is not null) _retired.Enqueue(_directoryRoads); // The plans that led there are replaced.
        _directoryRoads = outcome.Directory;
        _plans = new SortedDictionary<string, UpdatePlan>(outcome.Plans!.ToDictionary(plan => plan.Model, StringComparer.Ordinal), StringComparer.Ordinal);
        _done.Clear();
        _asked = false; // Not before: a check that has failed is repeated with pauses.
        pauses.End(all: outcome.Trigger == UpdateTrigger.Manual);
        Answer(new UpdateAnswer(true, Describe()));
    }

    // A device whose disk is full, say, does not hear what its group wants, and the fleet sees it wait: the report of each model says why.
    private void KeepBack(UpdateFailedException failure)
    {
        EndKeepingBack();
        foreach (var model in parts.Board.Snapshot().Models.Where(model => model is { Phase: "idle" or "committed", ReasonCode: null }))
        {
            _keptBack[model.Model] = failure.Code;
            parts.Board.SetTrouble(model.Model, failure.Code, failure.Message);
        }

        states.Set(Component, ComponentState.Degraded, $"{failure.Code}: {failure.Message}");
    }

    private void EndKeepingBack()
    {
        foreach (var (model, code) in _keptBack)
        {
            if (string.Equals(parts.Board.Find(model)?.ReasonCode, code, StringComparison.Ordinal)) parts.Board.SetTrouble(model, null, null);
        }

        _keptBack.Clear();
    }

    // Also when the check has failed: what is known may be tried again.
    private void ForgiveOrAnswer()
    {
        try
        {
            Forgive();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Answer(new UpdateAnswer(false, $"files of the updates cannot be read or written: {e.Message}", UpdateReasons.Storage));
            throw;
        }
    }

    private async Task DisposeRetiredAsync()
    {
        while (_retired.TryDequeue(out var roads)) await roads.DisposeAsync().ConfigureAwait(false);
    }

    private string Describe() => _plans!.Count == 0
        ? parts.Board.Snapshot().Notice ?? "the group has no desired state for any model"
        : string.Join("; ", _plans.Values.Select(Describe));

    private string Describe(UpdatePlan plan)
    {
        var goal = checker.Decide(plan.Model, plan.Desired);
        var serves = parts.Bundles.InUse(plan.Model);
        var words = $"{plan.Model}: {plan.Trouble?.Message ?? goal.Words}, {serves ?? "nothing"} serves";
        var isThere = string.Equals(serves, goal.Version, StringComparison.Ordinal) && parts.Store.Read(plan.Model).IsAtRest;
        return goal.Kind == UpdateGoalKind.Take && plan.Trouble is null && !isThere ? $"{words}; {Next(plan, goal)}" : words;
    }

    // What becomes of it now, or why nothing does and what would help: who asks has seen that nothing moves.
    private string Next(UpdatePlan plan, UpdateGoal goal)
    {
        var record = parts.Store.Read(plan.Model);
        if ((record.IsAtRest || record.Phase is UpdatePhase.Downloading) && ReleaseOf(plan, goal) is { } wanted && parts.Machine.CountSetAside(record) is var counted
            && SpoiledCopies.HeldUntil(counted, Sha256(wanted), timeProvider.GetUtcNow()) is { } until)
            return SpoiledCopies.Words(counted, until);
        var isMine = string.Equals(record.Target?.Version, goal.Version, StringComparison.Ordinal);
        var trouble = parts.Board.Find(plan.Model) is { ReasonCode: { } code, Reason: var reason } ? $"{code}: {reason}" : null;
        if (!record.IsAtRest && isMine) return trouble is null ? $"it is under way ({record.Phase.Word()})" : $"it is under way ({record.Phase.Word()}) and tried again now; the last try: {trouble}";
        if (ReleaseOf(plan, goal) is { } release)
        {
            if (release.Number < record.MinRelease) return $"it is release {release.Number}, and the signed min_release is {record.MinRelease}: it needs a newer release";
            if (parts.Denied.Find(Sha256(release)) is { } denied)
                return string.Create(CultureInfo.InvariantCulture, $"it was refused here on {denied.At.UtcDateTime:yyyy-MM-dd HH:mm:ss'Z'} and is not taken by itself: {denied.Code}: {denied.Reason}. To try it again: edgerunner update check --retry");
        }

        if (_run is { } run && !string.Equals(run.Model, plan.Model, StringComparison.Ordinal)) return $"it waits for the update of {run.Model}";
        return trouble is null ? "it begins now: edgerunner update status --watch" : $"it is tried again now; the last try: {trouble}";
    }

    private void Answer(UpdateAnswer answer)
    {
        foreach (var waiting in _waiting) waiting.TrySetResult(answer);
        _waiting.Clear();
    }

    private async Task DisposeRoadsAsync()
    {
        Answer(new UpdateAnswer(false, "the daemon stops"));
        if (_roads is not null) await _roads.DisposeAsync().ConfigureAwait(false);
        if (_directoryRoads is not null) await _directoryRoads.DisposeAsync().ConfigureAwait(false);
        await DisposeRetiredAsync().ConfigureAwait(false);
    }

    private sealed record CheckOutcome(UpdateTrigger Trigger, IReadOnlyList<UpdatePlan>? Plans, UpdateFailedException? Failure)
    {
        public UpdateRoads? Directory { get; init; }
    }
}
