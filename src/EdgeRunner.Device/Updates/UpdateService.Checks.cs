using EdgeRunner.Device.Health;
using EdgeRunner.Device.Updates.Policies;

namespace EdgeRunner.Device.Updates;

internal sealed partial class UpdateService
{
    private readonly List<TaskCompletionSource<UpdateAnswer>> _waiting = [];
    private Task<CheckOutcome>? _check;
    private UpdateRoads? _roads;
    private UpdateRoads? _directoryRoads;

    private void BeginCheck(UpdateTrigger trigger, string? directory, CancellationToken cancellationToken)
    {
        _asked = false;
        _check = Task.Run(() => CheckAsync(trigger, directory, cancellationToken), cancellationToken);
    }

    private async Task<CheckOutcome> CheckAsync(UpdateTrigger trigger, string? directory, CancellationToken cancellationToken)
    {
        try
        {
            var roads = directory is null ? _roads ??= parts.Roads.Open(null) : parts.Roads.Open(directory);
            var plans = await checker.CheckAsync(roads, cancellationToken).ConfigureAwait(false);
            var limits = await checker.FindOtherLimitsAsync(roads, plans, cancellationToken).ConfigureAwait(false);
            return new CheckOutcome(trigger, plans, null) { Limits = limits, Directory = directory is null ? null : roads };
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
            if (failure.Code is UpdateReasons.Unavailable) states.Set(Component, ComponentState.Running, $"no check yet that was answered: {failure.Message}");
            else states.Set(Component, ComponentState.Degraded, $"{failure.Code}: {failure.Message}");
            Answer(new UpdateAnswer(false, failure.Message, failure.Code));
            return;
        }

        states.Set(Component, ComponentState.Running);
        if (outcome.Directory is not null) TakeOver(outcome.Directory);
        _plans = new SortedDictionary<string, UpdatePlan>(outcome.Plans!.ToDictionary(plan => plan.Model, StringComparer.Ordinal), StringComparer.Ordinal);
        _otherLimits = outcome.Limits;
        _done.Clear();
        pauses.End(all: outcome.Trigger == UpdateTrigger.Manual);
        Answer(new UpdateAnswer(true, Describe()));
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

    // The stick's roads serve until the next stick comes: an update from it may be under way.
    private void TakeOver(UpdateRoads roads)
    {
        var before = _directoryRoads;
        _directoryRoads = roads;
        if (before is not null && _run is null) _ = before.DisposeAsync().AsTask();
    }

    private string Describe() => _plans!.Count == 0
        ? "the group has no desired state for any model"
        : string.Join("; ", _plans.Values.Select(plan => $"{plan.Model}: {plan.Trouble?.Message ?? checker.Decide(plan.Model, plan.Desired).Words}, {parts.Bundles.InUse(plan.Model) ?? "nothing"} serves"));

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
    }

    private sealed record CheckOutcome(UpdateTrigger Trigger, IReadOnlyList<UpdatePlan>? Plans, UpdateFailedException? Failure)
    {
        public UpdateRoads? Directory { get; init; }

        /// <summary>Of models that the desired state does not name.</summary>
        public IReadOnlyDictionary<string, long> Limits { get; init; } = new Dictionary<string, long>(StringComparer.Ordinal);
    }
}
