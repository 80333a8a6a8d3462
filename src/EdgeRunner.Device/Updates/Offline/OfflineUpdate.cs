using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.Probing;
using EdgeRunner.Device.Updates.Policies;
using EdgeRunner.Device.Updates.States;
using EdgeRunner.Device.Uplink;
using EdgeRunner.Native.Linux;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeRunner.Device.Updates.Offline;

/// <summary>Takes releases from a directory while no daemon runs. The caller holds the daemon's lock.</summary>
/// <remarks>Everything up to the probe is done here, so that a bad release is refused while the engineer stands beside the box. It stops where the new version would
/// begin to serve: that is a trial, which needs pipelines and somebody who goes back when it fails. The state says so, and the daemon goes on from there at
/// its next start, without any road to a repository.</remarks>
internal sealed class OfflineUpdate
{
    /// <summary>Boot of a trial that is handed over: nothing of the version was loaded in any, and the death of this command is no crash of it.</summary>
    private const string NoBoot = "";

    private readonly UpdateParts _parts;
    private readonly UpdateChecker _checker;
    private readonly UpdateRecovery _recovery;
    private readonly string _bootId = BootId.Read();

    /// <summary>Nothing is read or made yet.</summary>
    /// <param name="configuration">Of the daemon; it has a group.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="say">Told in plain words what was found damaged.</param>
    /// <param name="probe">Tries bundles; null takes a child process, as the daemon does.</param>
    public OfflineUpdate(DeviceConfiguration configuration, TimeProvider timeProvider, Action<string> say, IReleaseProbe? probe = null)
    {
        var options = configuration.Updates;
        var identity = new DeviceIdentity(configuration.Device.Fleet, configuration.Device.Id!, _bootId, DaemonHost.Version);
        var stores = UpdateStores.In(configuration.Storage.StateDirectory, timeProvider, say);
        var board = new UpdateBoard(options.Group!);
        stores.States.Written = board.Show;
        var ledger = new UpdateLedger(stores.States, stores.History, stores.Denied, stores.Bundles, options.KeepVersions, new NoCheckpoints());
        probe ??= new ChildProbe(new ModelProbe(configuration.Inference, timeProvider));
        var models = new OfflineSwitch(stores.Bundles);
        var machine = new UpdateMachine(stores.States, ledger, stores.Bundles, probe, models, new OfflineTrial(), board, options.Trial, NoBoot, new NoCheckpoints());
        // Not the engine's: the probe loads it and says more.
        var check = new ReleaseCheck(stores.Denied, stores.Bundles, _ => new DeviceFacts(null, [], AvailableMemory.Read(), GC.GetGCMemoryInfo().TotalAvailableMemoryBytes));
        _parts = new UpdateParts(
            stores.States, stores.History, stores.Denied, stores.Pins, stores.Bundles, machine, check, models, new UpdateRoadsFactory(configuration, identity, stores.Bundles, timeProvider, NullLoggerFactory.Instance),
            new UpdateSchedule(configuration.Device.Id!, options.JitterSeconds, options.CheckIntervalMinutes, timeProvider), board,
            new DamagedBundles(stores.Bundles, stores.States, (model, words, _) => say($"{model}: {words}")));
        _checker = new UpdateChecker(_parts, configuration.Device.Id!, () => options.TrustSystemClock || KernelClock.IsSynchronised ? timeProvider.GetUtcNow() : null);
        _recovery = new UpdateRecovery(stores.States, ledger, stores.Bundles, _bootId, say);
    }

    /// <summary>Where everything is. Any thread.</summary>
    public UpdateStatus Snapshot() => _parts.Board.Snapshot();

    /// <summary>Tells what would be taken; nothing is changed but the memory of verified metadata.</summary>
    public Task<UpdateAnswer> DryRunAsync(string directory, CancellationToken cancellationToken) =>
        GuardAsync(directory, roads => DryRun.TellAsync(_parts, _checker, roads, cancellationToken));

    /// <summary>Takes what the group wants of this device, up to the trial.</summary>
    /// <param name="directory">The repository.</param>
    /// <param name="retry">Also tries releases again that were refused here.</param>
    /// <param name="cancellationToken">Stops; the state says how far it came.</param>
    /// <returns>Done when nothing was refused.</returns>
    public Task<UpdateAnswer> InstallAsync(string directory, bool retry, CancellationToken cancellationToken) => GuardAsync(directory, async roads =>
    {
        // What the start of a daemon would do: a version that took it down is not taken up again.
        _recovery.Run();
        HandOver(); // It has just gone on with the trials that were stopped in order, as if pipelines ran.
        _parts.Damaged.Inspect(cancellationToken);
        if (retry) Forgive();
        try
        {
            var plans = await _checker.CheckAsync(roads, Learn, cancellationToken).ConfigureAwait(false);
            if (plans.Count == 0) return new UpdateAnswer(true, "the group has no desired state for any model");
            List<string> words = [];
            string? code = null;
            foreach (var plan in plans)
            {
                var outcome = await TakeAsync(plan, cancellationToken).ConfigureAwait(false);
                words.Add($"{plan.Model}: {outcome.Words}");
                code ??= outcome.Code;
            }

            return new UpdateAnswer(code is null, string.Join("; ", words), code);
        }
        finally
        {
            HandOver();
        }
    });

    // As a daemon that is stopped in order: without the mark the next start takes it for a crash. For each trial as soon as it is there, since models after it may take minutes and
    // this command may be killed meanwhile.
    private void HandOver()
    {
        foreach (var record in _parts.Store.Models().Select(_parts.Store.Read).Where(record => record is { Phase: UpdatePhase.Trial, CleanStop: false })) _parts.Store.Write(record with { CleanStop = true }, counts: false);
    }

    private async Task<(string Words, string? Code)> TakeAsync(UpdatePlan plan, CancellationToken cancellationToken)
    {
        try
        {
            var record = _parts.Store.Read(plan.Model);
            if (plan.Trouble is { } trouble) return (trouble.Message, trouble.Code);
            if (plan.Serving is { } serving)
            {
                _parts.Machine.Adopt(serving);
                return ($"{serving.Version} serves already", null);
            }

            if (plan.Release is not { } release) return (_checker.Decide(plan.Model, plan.Desired).Words, null);
            return await TakeAsync(plan, release, record, cancellationToken).ConfigureAwait(false);
        }
        catch (DaemonNeededException)
        {
            HandOver();
            return ($"{plan.Release!.Version} is here and has passed its probe; the daemon swaps it in and watches it at its next start: systemctl start edgerunner", null);
        }
        catch (UpdateFailedException e)
        {
            // Of one model; the others may come through.
            return (e.Message, e.Code);
        }
    }

    private async Task<(string Words, string? Code)> TakeAsync(UpdatePlan plan, Release release, UpdateRecord record, CancellationToken cancellationToken)
    {
        var machine = _parts.Machine;
        var sha256 = release.Target.File.Digests.All.GetValueOrDefault("sha256");
        if (string.Equals(_parts.Bundles.InUse(plan.Model), release.Version, StringComparison.Ordinal)
            && string.Equals(_parts.Bundles.DigestOf(plan.Model, release.Version), sha256, StringComparison.Ordinal) && record.IsAtRest)
        {
            machine.Adopt(release);
            return ($"{release.Version} serves already", null);
        }

        // First, as the daemon does: the obstacle of one release is no reason to leave another on trial that nobody watches.
        if (!record.IsAtRest && (!string.Equals(record.Target?.Sha256, sha256, StringComparison.Ordinal) || record.Target?.Number < record.MinRelease))
        {
            machine.Abandon(record, $"the group wants {release.Version} now");
            record = await machine.RunAsync(plan.Model, new UpdateRun(null, null), cancellationToken).ConfigureAwait(false);
        }

        if (record.IsAtRest)
        {
            if (await _parts.Check.FindObstacleAsync(release, record, plan.Roads.Unsealer, cancellationToken).ConfigureAwait(false) is { } obstacle)
            {
                var refused = machine.Refuse(release, obstacle.Code, obstacle.Message);
                return (refused.Reason ?? obstacle.Message, obstacle.Code);
            }

            machine.Begin(release, plan.Desired.Trial, plan.Roads.Downloader);
        }

        var end = await machine.RunAsync(plan.Model, new UpdateRun(release, plan.Roads), cancellationToken).ConfigureAwait(false);
        return end.Phase == UpdatePhase.Committed
            ? ($"{release.Version} serves", null)
            : ($"{release.Version} was refused, {_parts.Bundles.InUse(plan.Model) ?? "nothing"} goes on: {end.ReasonCode}: {end.Reason}", end.ReasonCode ?? UpdateReasons.Denied);
    }

    private void Learn(string model, long minRelease)
    {
        var record = _parts.Store.Read(model);
        if (minRelease > (record.MinRelease ?? 0)) _parts.Store.Write(record with { MinRelease = minRelease }, counts: false);
    }

    private void Forgive()
    {
        foreach (var model in _parts.Denied.List().Select(entry => entry.Model).Distinct(StringComparer.Ordinal).ToList())
        {
            _parts.Denied.Clear(model);
            // Or the next start would put it on the list again.
            if (_parts.Store.Read(model) is { Phase: UpdatePhase.Rejected, Denies: true } record) _parts.Store.Write(record with { Denies = false }, counts: false);
        }
    }

    private async Task<UpdateAnswer> GuardAsync(string directory, Func<UpdateRoads, Task<UpdateAnswer>> act)
    {
        try
        {
            var roads = _parts.Roads.Open(directory);
            await using (roads.ConfigureAwait(false)) return await act(roads).ConfigureAwait(false);
        }
        catch (UpdateFailedException e)
        {
            return new UpdateAnswer(false, e.Message, e.Code);
        }
    }
}
