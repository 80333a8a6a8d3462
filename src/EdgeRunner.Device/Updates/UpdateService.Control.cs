using System.Globalization;
using EdgeRunner.Device.Updates.States;

namespace EdgeRunner.Device.Updates;

internal sealed partial class UpdateService
{
    // What must not run beside a check: both would use one memory of what was verified. And a check that is under way began before what the person knows.
    private readonly Queue<Func<CancellationToken, Task>> _afterCheck = new();

    // A retry that waits for its check: what was refused would else begin at once, by a wish and limits from before it.
    private bool _forgive;

    /// <inheritdoc/>
    public Task<UpdateAnswer> CheckNowAsync(string? directory, bool retry, CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<UpdateAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(stop =>
        {
            _forgive |= retry;
            _waiting.Add(answer);
            parts.Schedule.Ask();
            if (directory is not null) BeginCheck(UpdateTrigger.Manual, directory, stop);
            return Task.CompletedTask;
        }, answer, isAfterCheck: true, cancellationToken);
        return answer.Task.WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public Task<UpdateAnswer> RollBackAsync(string model, CancellationToken cancellationToken) => RollBackAsync(model, null, cancellationToken);

    /// <inheritdoc/>
    public Task<UpdateAnswer> RollBackAsync(string model, string? wanted, CancellationToken cancellationToken) => Ask(async stop =>
    {
        var record = await QuietAsync(model).ConfigureAwait(false);
        if (parts.Bundles.InUse(model) is not { } active)
            return new UpdateAnswer(false, parts.Bundles.Withheld(model) ?? $"{model} is not in use on this device; edgerunner model list shows what is installed");
        if (wanted is not null && ManualChange.FindObstacle(parts.Bundles, record, wanted) is { } obstacle) return obstacle;
        if ((wanted ?? ManualChange.BeforePresent(parts.Bundles, record)) is not { } to) return ManualChange.NothingBefore(record, active);
        if (string.Equals(to, active, StringComparison.Ordinal)) return new UpdateAnswer(true, $"{model} {active} serves already");
        if (record.Find(active) is not { } release)
        {
            var report = await parts.Models.ReturnAsync(model, to, stop).ConfigureAwait(false);
            if (!report.Activated) return new UpdateAnswer(false, $"{to} was refused, {active} goes on: {report.Reason}", UpdateReasons.SwapRefused);
            Remember(model, to, active);
            return new UpdateAnswer(true, $"{model} {to} serves; {active} is left");
        }

        parts.Machine.BeginReturn(record, release, to, UpdateReasons.RolledBackByHand, $"a person went back from {active} to {to}", denies: true);
        await parts.Machine.RunAsync(model, new UpdateRun(null, null), stop).ConfigureAwait(false);
        return new UpdateAnswer(true, $"{model} {parts.Bundles.InUse(model)} serves; {active} is not taken again by itself (edgerunner update check --retry lets it)");
    }, cancellationToken);

    /// <inheritdoc/>
    public Task<UpdateAnswer> ActivateAsync(string model, string version, CancellationToken cancellationToken) =>
        Ask(stop => ActivateNowAsync(model, version, stop), cancellationToken);

    /// <inheritdoc/>
    public Task<UpdateAnswer> PinAsync(string model, string? version, CancellationToken cancellationToken) => Ask(async stop =>
    {
        var wanted = version ?? parts.Bundles.InUse(model);
        if (wanted is null) return new UpdateAnswer(false, $"{model} is not in use on this device; name the version: edgerunner model pin {model} VERSION");
        var left = parts.Bundles.InUse(model);
        var answer = await ActivateNowAsync(model, wanted, stop).ConfigureAwait(false);
        if (!answer.Done) return answer;
        if (parts.Store.Read(model) is var record && ManualChange.IsOnTrial(record, wanted)) parts.Store.Write(ManualChange.Settled(record));
        parts.Pins.Set(model, wanted);
        parts.Board.SetDesired(model, null, isPinned: true, $"pinned to {wanted} by hand");
        states.Note($"update {model}", $"pinned to {wanted} by hand");
        return new UpdateAnswer(true, ManualChange.Pinned(model, wanted, left, parts.Denied));
    }, cancellationToken);

    /// <inheritdoc/>
    public Task<UpdateAnswer> UnpinAsync(string model, CancellationToken cancellationToken) => Ask(_ =>
    {
        if (parts.Pins.Remove(model) is not { } version) return Task.FromResult(new UpdateAnswer(true, $"{model} was not pinned"));
        parts.Board.SetDesired(model, null, isPinned: false);
        states.Note($"update {model}", $"no longer pinned to {version}");
        _done.Remove(model);
        parts.Schedule.Ask(); // What the group wants may never have been asked for, and a person waits.
        return Task.FromResult(new UpdateAnswer(true, ManualChange.Unpinned(model, version, parts.Denied)));
    }, cancellationToken);

    private async Task<UpdateAnswer> ActivateNowAsync(string model, string version, CancellationToken cancellationToken)
    {
        // Before anything is stopped for it.
        if (ManualChange.FindObstacle(parts.Bundles, parts.Store.Read(model), version) is { } obstacle) return obstacle;
        var record = await QuietAsync(model).ConfigureAwait(false);
        var active = parts.Bundles.InUse(model);
        if (string.Equals(active, version, StringComparison.Ordinal)) return new UpdateAnswer(true, $"{model} {version} serves already");
        var report = await parts.Models.ActivateAsync(model, version, null, cancellationToken).ConfigureAwait(false);
        if (!report.Activated) return new UpdateAnswer(false, $"{version} was refused, {active ?? "nothing"} goes on: {report.Reason}", UpdateReasons.SwapRefused);
        parts.Denied.Clear(model, version);
        var words = $"a person activated {version} in place of {active ?? "nothing"}";
        // The state is the person's from now on; what is left is not taken again by itself, or it would be back at once.
        if (record.Find(active) is { } left) parts.Denied.Add(new DeniedRelease(left.Sha256, model, left.Version, UpdateReasons.RolledBackByHand, words, timeProvider.GetUtcNow()));
        parts.Store.Write(record with { Phase = UpdatePhase.Idle, Target = null, From = null, Trial = null, ReasonCode = null, Reason = null, Denies = false, Writes = 0, Attempts = 0 });
        Remember(model, version, active);
        return new UpdateAnswer(true, $"{model} {version} serves; the group's desired state may change it again, unless it is pinned: edgerunner model pin {model}");
    }

    private void Remember(string model, string version, string? from) =>
        parts.History.Add(new HistoryEntry(timeProvider.GetUtcNow(), model, version, "activated") { From = from, Active = version, Release = parts.Store.Read(model).Find(version)?.Number, Words = "by hand" });

    /// <summary>Stops the update of a model where it is, so that a person's wish meets a state that holds still.</summary>
    /// <exception cref="UpdateFailedException">It does not stop within <see cref="QuietPatience"/>: a step hangs. It is stopped as soon as it comes back.</exception>
    private async Task<UpdateRecord> QuietAsync(string model)
    {
        if (_run is { } run && string.Equals(run.Model, model, StringComparison.Ordinal))
        {
            await run.Stop.CancelAsync().ConfigureAwait(false);
            await Task.WhenAny(run.Task, Task.Delay(QuietPatience, timeProvider, CancellationToken.None)).ConfigureAwait(false);
            if (!run.Task.IsCompleted)
            {
                throw new UpdateFailedException(UpdateReasons.Busy, string.Create(CultureInfo.InvariantCulture,
                    $"the update of {parts.Store.Read(model).Title} ({parts.Store.Read(model).Phase.Word()}) has not stopped within {QuietPatience.TotalSeconds:0.#} s; nothing was changed. Try again in a minute, and if that is in vain too: systemctl restart edgerunner"), isFinal: false);
            }

            HarvestRun();
        }

        return parts.Store.Read(model);
    }

    /// <summary>Lets everything be tried again that was refused here.</summary>
    private void Forgive()
    {
        _forgive = false;
        foreach (var model in parts.Denied.List().Select(entry => entry.Model).Distinct(StringComparer.Ordinal).ToList())
        {
            parts.Denied.Clear(model);
            // Or the next start would put it on the list again.
            if (parts.Store.Read(model) is { Phase: UpdatePhase.Rejected, Denies: true } record) parts.Store.Write(record with { Denies = false }, counts: false);
        }

        foreach (var model in parts.Store.Models().Where(model => !string.Equals(_run?.Model, model, StringComparison.Ordinal)).ToList())
        {
            // The card may be another one by now.
            if (parts.Store.Read(model) is { Spoiled: > 0 } record) parts.Store.Write(record with { Spoiled = 0, SpoiledAt = null }, counts: false);
        }

        _done.Clear();
        pauses.End(all: true);
    }

    private Task<UpdateAnswer> Ask(Func<CancellationToken, Task<UpdateAnswer>> act, CancellationToken cancellationToken, bool isAfterCheck = false)
    {
        var answer = new TaskCompletionSource<UpdateAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(async stop => answer.TrySetResult(await act(stop).ConfigureAwait(false)), answer, isAfterCheck, cancellationToken);
        return answer.Task.WaitAsync(cancellationToken);
    }

    private void Post(Func<CancellationToken, Task> command, TaskCompletionSource<UpdateAnswer> answer, bool isAfterCheck, CancellationToken caller)
    {
        var isTaken = _inbox.Writer.TryWrite(stop =>
        {
            if (!isAfterCheck) return GuardedAsync(stop);
            _afterCheck.Enqueue(GuardedAsync);
            return Task.CompletedTask;
        });
        if (!isTaken) answer.TrySetResult(new UpdateAnswer(false, "the daemon stops"));

        async Task GuardedAsync(CancellationToken stop)
        {
            // Who has stopped waiting has most likely asked again: a second rollback would go back two versions.
            if (caller.IsCancellationRequested)
            {
                answer.TrySetCanceled(caller);
                return;
            }

            try
            {
                await command(stop).ConfigureAwait(false);
            }
            catch (UpdateFailedException e)
            {
                answer.TrySetResult(new UpdateAnswer(false, e.Message, e.Code));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                answer.TrySetResult(new UpdateAnswer(false, $"files of the updates cannot be read or written: {e.Message}", UpdateReasons.Storage));
            }
            // The person who asked gets it; the service goes on.
            catch (Exception e) when (e is not OperationCanceledException || !stop.IsCancellationRequested)
            {
                Log.Unforeseen(logger, e, "a command");
                answer.TrySetResult(new UpdateAnswer(false, e.Message));
            }
        }
    }
}
