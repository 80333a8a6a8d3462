using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.ModelStore;
using EdgeRunner.Messaging.Rollouts;

namespace EdgeRunner.Device.Updates.States;

/// <summary>Takes one model's update from phase to phase. Each phase is durable before its step begins and each step can be done again, so that an update goes on
/// where it was after any end of the process. One task at a time.</summary>
/// <param name="store">The states.</param>
/// <param name="ledger">Writes them, and ends updates.</param>
/// <param name="bundles">The installed bundles.</param>
/// <param name="probe">Tries a bundle in a child process.</param>
/// <param name="models">Changes what serves.</param>
/// <param name="trials">Watches what serves.</param>
/// <param name="board">Shows progress.</param>
/// <param name="options">Limits of the trial when the rollout states none.</param>
/// <param name="bootId">This boot.</param>
/// <param name="checkpoints">Where tests look.</param>
/// <remarks>What may pass is waited for without end and nearly without a write: the loop breaker is for releases that go around by themselves.</remarks>
internal sealed partial class UpdateMachine(UpdateStore store, UpdateLedger ledger, BundleStore bundles, IReleaseProbe probe, IModelSwitch models, ITrialRunner trials,
    UpdateBoard board, TrialOptions options, string bootId, IUpdateCheckpoints checkpoints)
{
    /// <summary>Begins with a release, whatever was under way before except a trial: that is ended first, with <see cref="Abandon"/>.</summary>
    /// <exception cref="IOException">The state could not be written.</exception>
    public UpdateRecord Begin(Release release, TrialLimits? limits, IReleaseDownloader downloader)
    {
        var target = Target(release);
        _ready = null; // Of an earlier time: it passes its probe and its shadow run anew.
        downloader.Discard(release.Model, target.Sha256);
        var record = New(store.Read(release.Model), target) with { Trial = limits };
        // A version that was here before, as in the return to an older one, is not fetched again.
        return Installed(record, target) is { } known
            ? ledger.Enter(record.Know(known) with { Target = known }, UpdatePhase.Staged)
            : ledger.Enter(record, UpdatePhase.Downloading);
    }

    /// <summary>The desired version serves already: that is the state from now on, and nothing else is under way.</summary>
    public UpdateRecord Adopt(ListedRelease release)
    {
        var before = store.Read(release.Model);
        var target = Target(release) with { BundleSha256 = before.Find(release.Version)?.BundleSha256 };
        if (before is { Phase: UpdatePhase.Committed } && string.Equals(before.Target?.Sha256, target.Sha256, StringComparison.Ordinal)) return before;
        var record = ledger.Enter(New(before, target).Know(target) with { From = null, Seen = "it serves already" }, UpdatePhase.Committed);
        ledger.Settle(record);
        return record;
    }

    /// <summary>The state with a committed version counted that was set aside because the disk has spoiled it: once. Nothing is written.</summary>
    public UpdateRecord CountSetAside(UpdateRecord record) =>
        record is { Phase: UpdatePhase.Committed, IsLost: false, Target: { } target } && bundles.FindBundle(record.Model, target.Version) is null
        && bundles.SetAside(record.Model).Contains(target.Version, StringComparer.Ordinal)
            ? store.CountSpoiled(record) with { IsLost = true }
            : record;

    /// <summary>A release is refused before anything of it is fetched. Nothing is written when the state says the same already.</summary>
    public UpdateRecord Refuse(Release release, string code, string words)
    {
        var before = store.Read(release.Model);
        var target = Target(release);
        var isSame = before.Phase == UpdatePhase.Rejected && string.Equals(before.Target?.Sha256, target.Sha256, StringComparison.Ordinal);
        // What was tried here and refused keeps the words of that time.
        if (isSame && (string.Equals(before.ReasonCode, code, StringComparison.Ordinal) || string.Equals(code, UpdateReasons.Denied, StringComparison.Ordinal))) return before;
        var record = ledger.Enter(New(before, target) with { ReasonCode = code, Reason = words }, UpdatePhase.Rejected);
        ledger.Settle(record);
        return record;
    }

    /// <summary>Ends what is under way because it is not wanted any more: a trial by going back, anything before it by forgetting it.</summary>
    /// <returns>The state; when it is <see cref="UpdatePhase.RollingBack"/>, <see cref="RunAsync"/> does the rest.</returns>
    public UpdateRecord Abandon(UpdateRecord record, string words)
    {
        switch (record.Phase)
        {
            case UpdatePhase.Trial:
            case UpdatePhase.Staged or UpdatePhase.Probing when ledger.IsAway(record):
                return ledger.Fail(record, UpdateReasons.Superseded, words, denies: false);
            case UpdatePhase.Downloading or UpdatePhase.Verified or UpdatePhase.Staged or UpdatePhase.Probing:
                var idle = store.Write(record with { Phase = UpdatePhase.Idle, Target = null, From = null, Trial = null, PeakBytes = null, ReasonCode = null, Reason = null, Attempts = 0, Writes = 0 });
                ledger.Discard(record.Model);
                ledger.Collect(idle);
                return idle;
            default:
                return record;
        }
    }

    /// <summary>Begins the way back from the version that serves, because a person wants it or signed metadata forbids it.</summary>
    /// <param name="record">A state at rest, or a trial.</param>
    /// <param name="release">The version that serves.</param>
    /// <param name="to">The version to return to; null takes the serving one away without another.</param>
    /// <param name="code">Why.</param>
    /// <param name="words">Why, in plain words.</param>
    /// <param name="denies">The digest is not tried again by itself.</param>
    public UpdateRecord BeginReturn(UpdateRecord record, KnownRelease release, string? to, string code, string words, bool denies) =>
        ledger.Enter(New(record, release) with { From = to, ReasonCode = code, Reason = words, Denies = denies }, UpdatePhase.RollingBack);

    /// <summary>Goes on from the durable phase to the end.</summary>
    /// <returns>The last state: committed or rejected, or idle when there was nothing to do.</returns>
    /// <exception cref="UpdateFailedException">Something that may pass: the state holds, and the same call goes on later.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the state holds.</exception>
    public async Task<UpdateRecord> RunAsync(string model, UpdateRun run, CancellationToken cancellationToken)
    {
        try
        {
            var record = store.Read(model);
            while (!record.IsAtRest)
            {
                cancellationToken.ThrowIfCancellationRequested();
                record = await TryStepAsync(record, run, cancellationToken).ConfigureAwait(false);
            }

            ledger.Settle(record);
            return record;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageTrouble(e);
        }
    }

    private async Task<UpdateRecord> TryStepAsync(UpdateRecord record, UpdateRun run, CancellationToken cancellationToken)
    {
        UpdateFailedException failure;
        run.Record = record;
        try
        {
            return await StepAsync(record, run, cancellationToken).ConfigureAwait(false);
        }
        catch (UpdateFailedException e)
        {
            failure = e;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            failure = StorageTrouble(e);
        }

        var at = run.Record; // The step may have entered the trial.
        if (failure.IsFinal) return Condemn(at, failure.Code, failure.Message);
        // A swap that has to wait does so with the bundle in the store, as it was before the trial. A download writes nothing: it is where it was.
        if (at.Phase is not UpdatePhase.Downloading) ledger.Wait(at, failure.Code is UpdateReasons.SwapRefused ? UpdatePhase.Staged : at.Phase, failure.Code, failure.Message);
        throw failure;
    }

    /// <summary>Ends the update because of what the release is, and it is not tried again; unless the disk has changed the bundle, for then nothing is known of the
    /// release.</summary>
    /// <exception cref="UpdateFailedException">The bundle is damaged: it is fetched again.</exception>
    private UpdateRecord Condemn(UpdateRecord record, string code, string words)
    {
        if (!ledger.IsDamaged(record)) return ledger.Fail(record, code, words, denies: true);
        record = store.CountSpoiled(record);
        var damage = $"the bundle of {record.Title} is not what was put into {bundles.Root} any more, or cannot be read, so that nothing is said of the release; look at the storage. What came of it: {code}: {words}";
        // One that serves goes back first.
        if (ledger.IsAway(record)) return ledger.Fail(record, UpdateReasons.DigestMismatch, damage, denies: false);
        ledger.TakeOut(record);
        var again = ledger.Enter(record with { Attempts = record.Attempts + 1, ReasonCode = UpdateReasons.DigestMismatch, Reason = damage }, UpdatePhase.Downloading);
        return again.Phase is UpdatePhase.Downloading ? throw new UpdateFailedException(UpdateReasons.DigestMismatch, damage, isFinal: false) : again;
    }

    private UpdateRecord New(UpdateRecord before, KnownRelease target) => new(before.Model, UpdatePhase.Idle)
    {
        Target = target,
        From = bundles.InUse(before.Model),
        MinRelease = before.MinRelease,
        Known = before.Known,
        Since = before.Since,
        // Of the disk and not of this round, which ends with the loop breaker or well and begins again.
        Spoiled = IsSame(before, target) ? before.Spoiled : 0,
        SpoiledAt = IsSame(before, target) ? before.SpoiledAt : null,
    };

    private static bool IsSame(UpdateRecord before, KnownRelease target) => string.Equals(before.Target?.Sha256, target.Sha256, StringComparison.Ordinal);

    private KnownRelease? Installed(UpdateRecord record, KnownRelease target)
    {
        var known = record.Find(target.Version);
        // Of an encrypted one it is what came out; of a version that was there before the fleet named it nothing more is known than the target says.
        var digest = (known is not null && string.Equals(known.Sha256, target.Sha256, StringComparison.Ordinal) ? known.BundleSha256 : null) ?? target.Sha256;
        return string.Equals(bundles.DigestOf(record.Model, target.Version), digest, StringComparison.Ordinal) ? target with { BundleSha256 = digest } : null;
    }

    private static KnownRelease Target(ListedRelease release) =>
        new(release.Version, release.Number, release.Target.File.Digests.All.GetValueOrDefault("sha256") ?? throw new UpdateFailedException(
            UpdateReasons.Untrusted, $"the signed metadata of {release.Title} states no sha256; sign it with edgefleet model add", isFinal: false), release.Target.File.Length);

    private static UpdateFailedException StorageTrouble(Exception e) => IsFull(e)
        ? new UpdateFailedException(UpdateReasons.NoSpace, $"the disk is full: {e.Message}", isFinal: false, e)
        : new UpdateFailedException(UpdateReasons.Storage, $"files of the update cannot be read or written: {e.Message}", isFinal: false, e);

    // ENOSPC and EDQUOT of Linux, which .NET leaves in the exception.
    private static bool IsFull(Exception e) => e.HResult is 28 or 122 || e.InnerException is System.ComponentModel.Win32Exception { NativeErrorCode: 28 or 122 };
}
