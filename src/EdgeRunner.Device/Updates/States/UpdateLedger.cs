using EdgeRunner.Device.ModelStore;
using EdgeRunner.Device.Probing;
using EdgeRunner.Device.Updates.Download;
using EdgeRunner.Device.Updates.Encryption;

namespace EdgeRunner.Device.Updates.States;

/// <summary>Writes states under the loop breaker, and does what belongs to the end of an update: the deny list, the history, the garbage. Everything here can
/// be done again after a power cut and then changes nothing.</summary>
/// <param name="store">The states.</param>
/// <param name="history">What became of updates.</param>
/// <param name="denied">What is not tried again.</param>
/// <param name="bundles">The installed bundles.</param>
/// <param name="keepVersions">How many versions of a model are kept.</param>
/// <param name="checkpoints">Where tests look.</param>
internal sealed class UpdateLedger(UpdateStore store, UpdateHistory history, DenyList denied, BundleStore bundles, int keepVersions, IUpdateCheckpoints checkpoints)
{
    // A release that goes around needs two more writes to come to its end: RollingBack and Rejected.
    private const int LastFreeWrite = UpdateRecord.MaxWrites - 2;

    // Of what may pass: enough to tell of a few different troubles, and few enough that a release still comes to its end within its writes.
    private const int MostNotes = 8;

    // Noted however many troubles there were before it: the second time in a row is the end.
    private static readonly string OutOfMemory = ProbeWords.Code(ProbeReason.MemoryExceeded);

    /// <summary>Makes the next phase durable; its step may begin. A release that was written too often goes to its end instead.</summary>
    /// <param name="record">The state.</param>
    /// <param name="phase">The next one.</param>
    /// <param name="counts">False when the release goes on where it was, and not around.</param>
    /// <exception cref="IOException">It could not be written; the phase before holds.</exception>
    public UpdateRecord Enter(UpdateRecord record, UpdatePhase phase, bool counts = true)
    {
        var isEnd = phase is UpdatePhase.RollingBack or UpdatePhase.Rejected or UpdatePhase.Committed;
        var written = counts && !isEnd && IsSpent(record)
            ? WriteEnd(record with
            {
                ReasonCode = UpdateReasons.LoopBreaker,
                Reason = $"the update to {record.Target?.Version} went around too often ({record.Writes} steps); {LastTrouble(record)}",
                // A release that was in trouble which may pass is not to blame for it; one that stops the daemon again and again may well be.
                Denies = record.Attempts == 0,
            })
            : store.Write(record with { Phase = phase }, counts);
        checkpoints.Reach(written.Phase, UpdateMoment.Entering);
        return written;
    }

    /// <summary>A step failed in a way that may pass, and is done again later. Written when it is another trouble than before, so that a device that is off and on tells it;
    /// waiting is no going around, and writes nothing. On the way back nothing is written at all: why the release failed must not be forgotten for what delays its end.</summary>
    /// <param name="record">The state.</param>
    /// <param name="phase">The phase to wait in.</param>
    /// <param name="code">One of <see cref="UpdateReasons"/>, or of a probe.</param>
    /// <param name="words">The same in plain words.</param>
    /// <exception cref="IOException">It could not be written; the phase before holds.</exception>
    public void Wait(UpdateRecord record, UpdatePhase phase, string code, string words)
    {
        if (record.Phase is UpdatePhase.RollingBack) return;
        var next = record with { Attempts = record.Attempts + 1, ReasonCode = code, Reason = words };
        if (record.Phase is UpdatePhase.Trial && !Serves(record))
        {
            // The trial did not begin after all: a daemon that ends while it waits has not died of it. Nor does entering it count, or waiting would wear out the release.
            store.Write(next with { Phase = UpdatePhase.Staged, Writes = record.Writes - 1 }, counts: false);
            checkpoints.Reach(UpdatePhase.Staged, UpdateMoment.Entering);
        }
        else if (!string.Equals(record.ReasonCode, code, StringComparison.Ordinal) && (record.Attempts < MostNotes || string.Equals(code, OutOfMemory, StringComparison.Ordinal)))
        {
            store.Write(next with { Phase = Serves(record) ? record.Phase : phase });
        }
    }

    /// <summary>True when the release has no more states than those of its end.</summary>
    public static bool IsSpent(UpdateRecord record) => record.Writes >= LastFreeWrite;

    /// <summary>True when the update's version is the one in use.</summary>
    public bool Serves(UpdateRecord record) => record.Target is { } target && string.Equals(bundles.InUse(record.Model), target.Version, StringComparison.Ordinal);

    /// <summary>True when the bundle that the update has put into the store is not there any more, is another than it was, or cannot be read: a disk that does not give it
    /// back must not keep a version in use that has failed.</summary>
    public bool IsDamaged(UpdateRecord record)
    {
        if (record is not { Phase: UpdatePhase.Staged or UpdatePhase.Probing or UpdatePhase.Trial, Target: { BundleSha256: { } sha256 } target }) return false;
        try
        {
            // The file, not the bundle in it: this is asked at each try of a swap that has no memory.
            return !string.Equals(bundles.FileDigestOf(record.Model, target.Version), sha256, StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    /// <summary>Takes a damaged bundle out of the store. What is still good of it is put where a download looks first, unless it was decrypted.</summary>
    /// <exception cref="IOException">It could not be moved.</exception>
    public void TakeOut(UpdateRecord record)
    {
        var target = record.Target!;
        if (bundles.FindBundle(record.Model, target.Version) is { } path && string.Equals(target.Sha256, target.BundleSha256, StringComparison.Ordinal))
        {
            var parts = new PartDirectory(Path.GetDirectoryName(store.Root)!);
            Directory.CreateDirectory(parts.Of(record.Model));
            File.Move(path, parts.PartFile(record.Model, target.Sha256), overwrite: true);
        }

        bundles.Remove(record.Model, target.Version);
    }

    /// <summary>Ends the update: the version before is put back if the new one serves, and the release is refused.</summary>
    /// <param name="record">The state.</param>
    /// <param name="code">One of <see cref="UpdateReasons"/>, or of a probe.</param>
    /// <param name="words">The same in plain words.</param>
    /// <param name="denies">The digest is not tried again by itself.</param>
    public UpdateRecord Fail(UpdateRecord record, string code, string words, bool denies)
    {
        var written = WriteEnd(record with { ReasonCode = code, Reason = words, Denies = denies });
        checkpoints.Reach(written.Phase, UpdateMoment.Entering);
        return written;
    }

    /// <summary>The version to go back to from the update's own: the one that served before, else another that was good; null when signed metadata allows
    /// none, or there is none.</summary>
    public string? ReturnTarget(UpdateRecord record)
    {
        IEnumerable<string> candidates = [.. record.From is { } from ? [from] : (string[])[], .. bundles.PreviousVersions(record.Model)];
        return candidates.FirstOrDefault(version => !string.Equals(version, record.Target?.Version, StringComparison.Ordinal)
            && bundles.FindBundle(record.Model, version) is not null && !record.IsRevoked(version));
    }

    /// <summary>True when something has to be put back: the update's version serves, or none does although one did. Whatever the phase is: a state that could not
    /// be written after the swap leaves an earlier one.</summary>
    public bool IsAway(UpdateRecord record)
    {
        var (active, target) = (bundles.InUse(record.Model), record.Target?.Version);
        return target is not null && !string.Equals(record.From, target, StringComparison.Ordinal)
            && (string.Equals(active, target, StringComparison.Ordinal) || (active is null && record.From is not null));
    }

    /// <summary>Why nothing of the model may serve after the update failed.</summary>
    public static string NothingServes(UpdateRecord record) => record.From is null
        ? $"no version of {record.Model} serves: {record.Target?.Version} was taken back ({record.ReasonCode}) and there was none before it"
        : $"no version of {record.Model} serves: {record.Target?.Version} was taken back ({record.ReasonCode}), and no version before it is installed or allowed by the signed min_release {record.MinRelease}";

    /// <summary>Why a version that was installed may not serve any more.</summary>
    public static string Revoked(UpdateRecord record, string version) =>
        $"{record.Model} {version} (release {record.Find(version)?.Number}) may not run any more: the signed min_release is {record.MinRelease}. It is taken out of use until an allowed release is here";

    /// <summary>Puts the version before back where no pipeline runs yet, and ends the update.</summary>
    public UpdateRecord RollBackOnDisk(UpdateRecord record)
    {
        if (IsAway(record))
        {
            if (ReturnTarget(record) is { } version) bundles.Return(record.Model, version);
            else bundles.Withhold(record.Model, NothingServes(record));
        }

        var rejected = Enter(record, UpdatePhase.Rejected);
        Settle(rejected);
        return rejected;
    }

    /// <summary>What belongs to the end of an update.</summary>
    public void Settle(UpdateRecord record)
    {
        if (record is not { Phase: UpdatePhase.Committed or UpdatePhase.Rejected, Target: { } target }) return;
        var at = record.Since ?? DateTimeOffset.UnixEpoch;
        if (record is { Phase: UpdatePhase.Rejected, Denies: true })
            denied.Add(new DeniedRelease(target.Sha256, record.Model, target.Version, record.ReasonCode ?? UpdateReasons.Denied, record.Reason ?? "", at));
        // Before the history: on a full disk this is the room for it.
        if (record.Phase == UpdatePhase.Rejected) Discard(record.Model);
        // What the disk has changed is of no use to anybody, and would stand in the way of a good copy.
        if (record is { Phase: UpdatePhase.Rejected, ReasonCode: UpdateReasons.DigestMismatch, Denies: false } && target.BundleSha256 is not null && !Serves(record)) bundles.Remove(record.Model, target.Version);
        checkpoints.Reach(record.Phase, UpdateMoment.Inside);
        history.Add(new HistoryEntry(at, record.Model, target.Version, record.Phase.Word())
        {
            Release = target.Number,
            Sha256 = target.Sha256,
            From = record.From,
            Active = bundles.InUse(record.Model),
            Code = record.ReasonCode,
            Words = record.Reason ?? record.Seen,
        });
        Collect(record);
        checkpoints.Reach(record.Phase, UpdateMoment.Leaving);
    }

    /// <summary>Deletes bundles that nobody needs: of those that updates have brought, all but the one in use, those to return to, and that of the update itself
    /// while it is under way, up to the number that is kept. What a person has installed is never deleted.</summary>
    public void Collect(UpdateRecord record)
    {
        var model = record.Model;
        List<string?> kept = [bundles.InUse(model)];
        kept.AddRange(bundles.PreviousVersions(model).Where(version => !IsDenied(record, version)));
        if (!record.IsAtRest) kept.Insert(0, record.Target?.Version);
        // Then the newest of the others, so that the number is reached when it can be.
        kept.AddRange(record.Known.OrderByDescending(known => known.Number).Where(known => !IsDenied(record, known.Version) && !record.IsRevoked(known.Version)).Select(known => known.Version));
        var keep = kept.OfType<string>().Distinct(StringComparer.Ordinal).Take(keepVersions).ToHashSet(StringComparer.Ordinal);
        foreach (var known in record.Known)
        {
            if (!keep.Contains(known.Version)) bundles.Remove(model, known.Version);
        }
    }

    /// <summary>Deletes what a download has left that nobody will install, decrypted or not.</summary>
    /// <exception cref="IOException">It cannot be deleted.</exception>
    public void Discard(string model)
    {
        DiscardPlain(model);
        new PartDirectory(Path.GetDirectoryName(store.Root)!).Delete(model, exceptSha256: null);
    }

    /// <summary>Deletes what was decrypted of a release outside of the model store, whole or half.</summary>
    /// <exception cref="IOException">It cannot be deleted.</exception>
    public void DiscardPlain(string model)
    {
        var plain = store.PlainFile(model);
        // Where nothing was ever written there is no directory to delete from.
        foreach (var file in new[] { plain, ReleaseUnsealer.Unfinished(plain) }.Where(File.Exists)) File.Delete(file);
    }

    private static string LastTrouble(UpdateRecord record) =>
        record.Reason is { } reason ? $"the last trouble: {reason}"
        : record.Attempts > 0 ? "its troubles are in status.log"
        : "the last trouble: the daemon or the device stopped again and again";

    private UpdateRecord WriteEnd(UpdateRecord record)
    {
        var goesBack = record.Phase is not UpdatePhase.RollingBack && IsAway(record);
        return store.Write(record with { Phase = goesBack ? UpdatePhase.RollingBack : UpdatePhase.Rejected });
    }

    private bool IsDenied(UpdateRecord record, string version) => record.Find(version) is { } known && denied.Find(known.Sha256) is not null;
}
