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
    private Task<UpdateRecord> StepAsync(UpdateRecord record, UpdateRun run, CancellationToken cancellationToken) => record.Phase switch
    {
        UpdatePhase.Downloading => DownloadAsync(record, run, cancellationToken),
        UpdatePhase.Verified => StageAsync(record, run, cancellationToken),
        UpdatePhase.Staged => Task.FromResult(TidyUp(record, run)),
        UpdatePhase.Probing => ProbeAsync(record, cancellationToken),
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

    private UpdateRecord TidyUp(UpdateRecord record, UpdateRun run)
    {
        // A disk has seldom room for the download, its plain text and the bundle all the time.
        run.Roads?.Downloader.Discard(record.Model);
        checkpoints.Reach(UpdatePhase.Staged, UpdateMoment.Inside);
        ledger.DiscardPlain(record.Model);
        checkpoints.Reach(UpdatePhase.Staged, UpdateMoment.Leaving);
        return ledger.Enter(record, UpdatePhase.Probing);
    }

    private async Task<UpdateRecord> ProbeAsync(UpdateRecord record, CancellationToken cancellationToken)
    {
        var target = record.Target!;
        if (bundles.FindBundle(record.Model, target.Version) is not { } path) return ledger.Enter(record, UpdatePhase.Downloading); // Somebody has deleted it.
        var report = await probe.RunAsync(path, cancellationToken).ConfigureAwait(false);
        checkpoints.Reach(UpdatePhase.Probing, UpdateMoment.Inside);
        RequirePassed(report, target, path);
        return ledger.Enter(record with { PeakBytes = report.Memory?.ModelPeakBytes, BootId = bootId, Interruptions = 0, CleanStop = false, ReasonCode = null, Reason = null }, UpdatePhase.Trial);
    }

    private void RequirePassed(ProbeReport report, KnownRelease target, string path)
    {
        checkpoints.Reach(UpdatePhase.Probing, UpdateMoment.Leaving);
        // No verdict on the model: the file is not there, the library is missing, the child could not start.
        var isOurs = report.Reason is ProbeReason.RuntimeMissing or ProbeReason.ProbeFailed or ProbeReason.BundleUnreadable;
        if (!report.Passed) throw new UpdateFailedException(report.ReasonCode, report.Detail, isFinal: !isOurs);
        if (report.Sha256 is not null && !string.Equals(report.Sha256, target.BundleSha256, StringComparison.Ordinal))
            throw new UpdateFailedException(UpdateReasons.DigestMismatch, $"{path} has sha256 {report.Sha256}, {target.BundleSha256} was put there", isFinal: true);
    }

    private async Task<UpdateRecord> TryOutAsync(UpdateRecord record, UpdateRun run, CancellationToken cancellationToken)
    {
        var target = record.Target!;
        var release = run.Release ?? Remembered(record);
        var progress = new Reporter<TrialProgress>(now => board.SetProgress(record.Model, now));
        if (!string.Equals(bundles.InUse(record.Model), target.Version, StringComparison.Ordinal))
        {
            // In this phase and not before it: a model that takes the daemon down beside the old one must not be tried again after the restart.
            if (record.From is not null && (record.Trial?.ShadowWindows ?? options.ShadowWindows) > 0)
            {
                var shadow = await trials.ShadowAsync(release, record.Trial, progress, cancellationToken).ConfigureAwait(false);
                if (!shadow.Passed) return ledger.Fail(record, shadow.Code!, shadow.Words, denies: true);
            }

            var activation = await models.ActivateAsync(record.Model, target.Version, record.PeakBytes, cancellationToken).ConfigureAwait(false);
            if (!activation.Activated) throw new UpdateFailedException(UpdateReasons.SwapRefused, activation.Reason ?? "no reason given", isFinal: !activation.MayPass);
        }

        checkpoints.Reach(UpdatePhase.Trial, UpdateMoment.Inside);
        var verdict = await trials.WatchAsync(release, record.From, record.Trial, progress, cancellationToken).ConfigureAwait(false);
        checkpoints.Reach(UpdatePhase.Trial, UpdateMoment.Leaving);
        return verdict.Passed
            ? ledger.Enter(record with { Seen = verdict.Words, ReasonCode = null, Reason = null }, UpdatePhase.Committed)
            : ledger.Fail(record, verdict.Code!, verdict.Words, denies: true);
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

    private sealed class Reporter<T>(Action<T> report) : IProgress<T>
    {
        public void Report(T value) => report(value);
    }
}
