using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using EdgeRunner.Device.ModelStore;
using EdgeRunner.Device.Probing;
using EdgeRunner.Device.Updates.Transports;
using EdgeRunner.Inference.Bundles;
using EdgeRunner.Inference.Chunks;
using EdgeRunner.Trust.Client;
using EdgeRunner.Trust.Metadata;

namespace EdgeRunner.Device.Updates.States;

internal sealed partial class UpdateMachine
{
    /// <summary>What has passed its probe; forgotten with the process, so that a start looks at everything again.</summary>
    private Ready? _ready;

    private Task<UpdateRecord> StepAsync(UpdateRecord record, UpdateRun run, CancellationToken cancellationToken) => record.Phase switch
    {
        UpdatePhase.Downloading => DownloadAsync(record, run, cancellationToken),
        UpdatePhase.Verified => StageAsync(record, run, cancellationToken),
        UpdatePhase.Staged => TidyUpAsync(record, run, cancellationToken),
        UpdatePhase.Probing => ProbeAsync(record, run, cancellationToken),
        UpdatePhase.Trial => TryOutAsync(record, run, cancellationToken),
        UpdatePhase.RollingBack => RollBackAsync(record, cancellationToken),
        _ => throw new InvalidOperationException($"{record.Title} is {record.Phase.Word()}, which has no step"),
    };

    private async Task<UpdateRecord> DownloadAsync(UpdateRecord record, UpdateRun run, CancellationToken cancellationToken)
    {
        await run.WaitForBulk(cancellationToken).ConfigureAwait(false);
        run.File = await FetchAsync(record, run, cancellationToken).ConfigureAwait(false);
        checkpoints.Reach(UpdatePhase.Downloading, UpdateMoment.Leaving);
        return ledger.Enter(record with { ReasonCode = null, Reason = null }, UpdatePhase.Verified);
    }

    private async Task<string> FetchAsync(UpdateRecord record, UpdateRun run, CancellationToken cancellationToken)
    {
        var (release, roads) = Needed(record, run);
        var progress = new Reporter<DownloadProgress>(now =>
        {
            board.SetProgress(record.Model, now);
            if (record.Phase == UpdatePhase.Downloading) checkpoints.Reach(UpdatePhase.Downloading, UpdateMoment.Inside);
        });
        return await roads.Downloader.FetchAsync(release, progress, cancellationToken).ConfigureAwait(false);
    }

    private async Task<UpdateRecord> StageAsync(UpdateRecord record, UpdateRun run, CancellationToken cancellationToken)
    {
        var target = record.Target!;
        var known = Installed(record, target); // Moved there already before the process ended.
        if (known is null)
        {
            var (release, roads) = Needed(record, run);
            var file = run.File ?? await FetchAsync(record, run, cancellationToken).ConfigureAwait(false);
            if (release.Keys is not null)
            {
                var plain = store.PlainFile(record.Model);
                await roads.Unsealer.UnsealAsync(release, file, plain, cancellationToken).ConfigureAwait(false);
                file = plain;
            }

            checkpoints.Reach(UpdatePhase.Verified, UpdateMoment.Inside);
            known = target with { BundleSha256 = TakeIn(record, file, release.Keys is null ? target.Sha256 : null) };
        }

        checkpoints.Reach(UpdatePhase.Verified, UpdateMoment.Leaving);
        return ledger.Enter(record.Know(known) with { Target = known, ReasonCode = null, Reason = null }, UpdatePhase.Staged);
    }

    private string TakeIn(UpdateRecord record, string file, string? sha256)
    {
        try
        {
            return bundles.TakeIn(file, record.Model, record.Target!.Version, sha256);
        }
        catch (Exception e) when (e is BundleException or BundleConflictException { IsInstalled: false } && sha256 is not null && !string.Equals(DigestOf(file), sha256, StringComparison.Ordinal))
        {
            // Not what was verified a moment ago: the disk is to blame and not the release. The next try looks at every chunk again.
            throw new UpdateFailedException(UpdateReasons.DigestMismatch, $"{file} is not what was downloaded any more; its damaged parts are fetched again", isFinal: false, e);
        }
        catch (BundleException e)
        {
            throw new UpdateFailedException(UpdateReasons.BadBundle, $"{record.Title} is no valid bundle: {e.Message}", isFinal: true, e);
        }
        catch (BundleConflictException e)
        {
            throw new UpdateFailedException(e.IsInstalled ? UpdateReasons.VersionConflict : UpdateReasons.BadBundle, e.Message, isFinal: true, e);
        }
    }

    private static string DigestOf(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    private async Task<UpdateRecord> TidyUpAsync(UpdateRecord record, UpdateRun run, CancellationToken cancellationToken)
    {
        // A disk has seldom room for the download, its plain text and the bundle all the time.
        run.Roads?.Downloader.Discard(record.Model);
        checkpoints.Reach(UpdatePhase.Staged, UpdateMoment.Inside);
        ledger.DiscardPlain(record.Model);
        checkpoints.Reach(UpdatePhase.Staged, UpdateMoment.Leaving);
        return FindReady(record) is { } ready ? await BeginTrialAsync(record, ready, run, cancellationToken).ConfigureAwait(false) : ledger.Enter(record, UpdatePhase.Probing);
    }

    private async Task<UpdateRecord> ProbeAsync(UpdateRecord record, UpdateRun run, CancellationToken cancellationToken)
    {
        var target = record.Target!;
        if (bundles.FindBundle(record.Model, target.Version) is not { } path) return ledger.Enter(record, UpdatePhase.Downloading); // Somebody has deleted it.
        if (FindReady(record) is not { } ready)
        {
            var report = await probe.RunAsync(path, cancellationToken).ConfigureAwait(false);
            checkpoints.Reach(UpdatePhase.Probing, UpdateMoment.Inside);
            RequirePassed(report, record, path);
            _ready = ready = new Ready(record.Model, target.BundleSha256, report.Memory?.ModelPeakBytes);
        }

        return await BeginTrialAsync(record, ready, run, cancellationToken).ConfigureAwait(false);
    }

    private void RequirePassed(ProbeReport report, UpdateRecord record, string path)
    {
        checkpoints.Reach(UpdatePhase.Probing, UpdateMoment.Leaving);
        // No verdict on the model: the file is not there, the library is missing, the child could not start.
        var isOurs = report.Reason is ProbeReason.RuntimeMissing or ProbeReason.ProbeFailed or ProbeReason.BundleUnreadable;
        // The model kept its own limits, and the device ran out of memory all the same. Once may be the moment; twice in a row is a model that endangers what runs beside it.
        var isMoment = report.IsOutOfDeviceMemory && !string.Equals(record.ReasonCode, report.ReasonCode, StringComparison.Ordinal);
        if (!report.Passed) throw new UpdateFailedException(report.ReasonCode, report.Detail, isFinal: !isOurs && !isMoment);
        if (report.Sha256 is not null && !string.Equals(report.Sha256, record.Target!.BundleSha256, StringComparison.Ordinal))
            throw new UpdateFailedException(UpdateReasons.DigestMismatch, $"{path} has sha256 {report.Sha256}, {record.Target.BundleSha256} was put there", isFinal: ledger.IsDamaged(record)); // Else it was read wrongly, once.
    }

    // Null when the bundle has not passed its probe since the daemon started, or is not the one that did: a swap may have waited for days.
    private Ready? FindReady(UpdateRecord record) =>
        _ready is { } ready && string.Equals(ready.Model, record.Model, StringComparison.Ordinal) && string.Equals(ready.Sha256, record.Target!.BundleSha256, StringComparison.Ordinal) && !ledger.IsDamaged(record)
            ? ready
            : null;

    private bool WantsShadow(UpdateRecord record) => record.From is not null && (record.Trial?.ShadowWindows ?? options.ShadowWindows) > 0;

    private async Task<UpdateRecord> BeginTrialAsync(UpdateRecord record, Ready ready, UpdateRun run, CancellationToken cancellationToken)
    {
        var next = record with { PeakBytes = ready.PeakBytes, BootId = bootId, Interruptions = 0, CleanStop = false };
        return ledger.Serves(record) || (WantsShadow(record) && !ready.HadShadow)
            ? ledger.Enter(next with { ReasonCode = null, Reason = null }, UpdatePhase.Trial)
            : await SwapInAsync(next, run, cancellationToken).ConfigureAwait(false);
    }

    private async Task<UpdateRecord> TryOutAsync(UpdateRecord record, UpdateRun run, CancellationToken cancellationToken)
    {
        if (bundles.FindBundle(record.Model, record.Target!.Version) is null) return ledger.Enter(record, UpdatePhase.Downloading); // Deleted, or damaged and set aside.
        var release = run.Release ?? Remembered(record);
        var progress = new Reporter<TrialProgress>(now => board.SetProgress(record.Model, now));
        if (!ledger.Serves(record))
        {
            // In this phase and not before it: a model that takes the daemon down beside the old one must not be tried again after the restart.
            if (WantsShadow(record))
            {
                var shadow = await trials.ShadowAsync(release, record.Trial, progress, cancellationToken).ConfigureAwait(false);
                if (!shadow.Passed) return Condemn(record, shadow.Code!, shadow.Words);
                if (_ready is { } ready) _ready = ready with { HadShadow = true };
            }

            record = await SwapInAsync(record, run, cancellationToken).ConfigureAwait(false);
        }

        checkpoints.Reach(UpdatePhase.Trial, UpdateMoment.Inside);
        var verdict = await trials.WatchAsync(release, record.From, record.Trial, progress, cancellationToken).ConfigureAwait(false);
        checkpoints.Reach(UpdatePhase.Trial, UpdateMoment.Leaving);
        return verdict.Passed
            ? ledger.Enter(record with { Seen = verdict.Words, ReasonCode = null, Reason = null }, UpdatePhase.Committed)
            : Condemn(record, verdict.Code!, verdict.Words);
    }

    /// <summary>Swaps the version in. The trial is durable before anything of it is loaded here, and not sooner: a swap that has no memory, or waits for a silent source,
    /// can be tried for ever without a write.</summary>
    private async Task<UpdateRecord> SwapInAsync(UpdateRecord record, UpdateRun run, CancellationToken cancellationToken)
    {
        if (record.Phase is not UpdatePhase.Trial && UpdateLedger.IsSpent(record)) return ledger.Enter(record, UpdatePhase.Trial); // Its end, by the loop breaker.
        ExceptionDispatchInfo? unwritten = null;
        var activation = await models.ActivateAsync(record.Model, record.Target!.Version, record.PeakBytes, Begin, cancellationToken).ConfigureAwait(false);
        unwritten?.Throw(); // The swap took it for a refusal of its own.
        return activation.Activated ? run.Record!
            : throw new UpdateFailedException(UpdateReasons.SwapRefused, activation.Reason ?? "no reason given", isFinal: !activation.MayPass);

        void Begin()
        {
            if (run.Record is { Phase: UpdatePhase.Trial }) return;
            try
            {
                run.Record = ledger.Enter(record with { ReasonCode = null, Reason = null }, UpdatePhase.Trial);
            }
            catch (Exception e)
            {
                unwritten = ExceptionDispatchInfo.Capture(e);
                throw;
            }
        }
    }

    private async Task<UpdateRecord> RollBackAsync(UpdateRecord record, CancellationToken cancellationToken)
    {
        if (ledger.IsAway(record))
        {
            if (ledger.ReturnTarget(record) is { } version) await ReturnAsync(record, version, cancellationToken).ConfigureAwait(false);
            else await WithholdAsync(record.Model, UpdateLedger.NothingServes(record), cancellationToken).ConfigureAwait(false);
        }

        checkpoints.Reach(UpdatePhase.RollingBack, UpdateMoment.Inside);
        checkpoints.Reach(UpdatePhase.RollingBack, UpdateMoment.Leaving);
        return ledger.Enter(record, UpdatePhase.Rejected);
    }

    private async Task ReturnAsync(UpdateRecord record, string version, CancellationToken cancellationToken)
    {
        var report = await models.ReturnAsync(record.Model, version, cancellationToken).ConfigureAwait(false);
        if (report.Activated) return;
        // The old version must come back, with a pause if it cannot without: pipelines begin anew and load it.
        bundles.Return(record.Model, version);
        await models.WithdrawAsync(record.Model, $"begins anew with {version}, which could not be swapped in: {report.Reason}", cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes a model out of use, durably and at once.</summary>
    public async Task WithholdAsync(string model, string words, CancellationToken cancellationToken)
    {
        bundles.Withhold(model, words);
        await models.WithdrawAsync(model, words, cancellationToken).ConfigureAwait(false);
    }

    private static (Release Release, UpdateRoads Roads) Needed(UpdateRecord record, UpdateRun run) => run is { Release: { } release, Roads: { } roads }
        ? (release, roads)
        : throw new UpdateFailedException(UpdateReasons.Unavailable, $"{record.Title} goes on when the repository answers", isFinal: false);

    // After a restart without a network the state is all there is of a release. A trial asks for no more.
    private static Release Remembered(UpdateRecord record)
    {
        var target = record.Target!;
        var digest = Convert.FromHexString(target.Sha256);
        var path = $"models/{record.Model}/{target.Version}.ermodel";
        return new Release(record.Model, target.Version, target.Number,
            new TargetMatch(path, new TargetFile(target.Length, FileDigests.OfSha256(digest)), "", path), new ChunkFetch(ChunkIndex.Create(path, digest, []), "", "", path));
    }

    private sealed record Ready(string Model, string? Sha256, long? PeakBytes)
    {
        public bool HadShadow { get; init; }
    }

    private sealed class Reporter<T>(Action<T> report) : IProgress<T>
    {
        public void Report(T value) => report(value);
    }
}
