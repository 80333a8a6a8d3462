using EdgeRunner.Device.ModelStore;
using EdgeRunner.Device.Updates.States;
using EdgeRunner.Inference.Bundles;

namespace EdgeRunner.Device.Updates;

/// <summary>What becomes of an installed version whose file is not what was installed: it is set aside and counts as not installed, so that updates fetch it again and
/// reuse what is good of it. Until then the last good version that signed metadata allows serves. Thread-safe.</summary>
/// <param name="bundles">The installed bundles.</param>
/// <param name="states">What is known of them.</param>
/// <param name="tell">Told of the model and what became of it, in plain words, and whether that lasts until the version is back.</param>
internal sealed class DamagedBundles(BundleStore bundles, UpdateStore states, Action<string, string, bool> tell)
{
    /// <summary>Told when a version is gone that updates may bring back; on the thread that has found it, and must be quick.</summary>
    public Action? Found { get; set; }

    /// <summary>A pipeline could not open the version in use.</summary>
    /// <param name="model">The model.</param>
    /// <param name="fault">What it failed with.</param>
    /// <returns>True when another version is in use now, and is worth an attempt.</returns>
    public bool TryReplace(string model, Exception fault)
    {
        try
        {
            // What is on trial is judged, and gone back from, by the trial.
            if (states.Read(model).Phase is UpdatePhase.Trial or UpdatePhase.RollingBack) return false;
            switch (fault)
            {
                case BundleException e when bundles.InUse(model) is { } version && IsOf(e, model, version) && IsDamaged(model, version, e):
                    return Replace(model, version, e.Message);
                // Of the bundle, and not of a sensor or a library: it is read once more.
                case IOException when DiskDamage.IsIn(fault) && bundles.InUse(model) is { } version && IsUnreadable(model, version):
                    return Replace(model, version, fault.Message);
                case ModelNotInstalledException when bundles.HasLostActive(model):
                    if (FallBack(model) is not { } found) return false;
                    tell(model, $"the version in use was gone, or the file that names it was damaged; {found} is in use now", false);
                    return true;
                default:
                    return false;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // The disk is in a worse state than this can mend; the pipeline's own words say what it met.
        }
    }

    /// <summary>Reads what updates have installed and is in use, and sets aside what is not what was installed: a pipeline that has loaded it long ago does not see that the
    /// next start will fail.</summary>
    public void Inspect(CancellationToken cancellationToken)
    {
        foreach (var model in states.Models())
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                Inspect(states.Read(model));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Not readable for want of memory or descriptors is no damage, and no reason not to ask for releases: who needs the file says what is wrong with it.
            }
        }
    }

    private void Inspect(UpdateRecord record)
    {
        var model = record.Model;
        // What is on its way in or out is looked at there.
        if (bundles.InUse(model) is not { } version || (!record.IsAtRest && string.Equals(record.Target?.Version, version, StringComparison.Ordinal))) return;
        if (DigestOf(record, version) is { } installed && FindDamage(model, version, installed) is { } why) SetAside(model, version, why);
    }

    /// <summary>Tells at the start what was set aside before it.</summary>
    public void Remind()
    {
        try
        {
            foreach (var model in states.Models()) Remind(model);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Pipelines and updates say what they meet.
        }
    }

    private void Remind(string model)
    {
        bundles.ForgetReturned(model);
        var record = states.Read(model);
        if (bundles.SetAside(model).FirstOrDefault(version => IsMissed(record, version)) is { } missed) tell(model, Words(model, missed, null), true);
    }

    // A version that came after it is no stopgap, nor is one that the group wanted instead.
    private bool IsMissed(UpdateRecord record, string version) => bundles.InUse(record.Model) is not { } serves
        || !((record.Phase is UpdatePhase.Committed && string.Equals(record.Target?.Version, serves, StringComparison.Ordinal)) || record.Find(serves)?.Number > record.Find(version)?.Number);

    private bool Replace(string model, string version, string why)
    {
        var serves = SetAside(model, version, why);
        Found?.Invoke();
        return serves is not null;
    }

    private string? SetAside(string model, string version, string why)
    {
        bundles.SetAside(model, version);
        var serves = FallBack(model);
        tell(model, $"{Words(model, version, why)}; {(serves is null ? "no other version may take its place" : $"{serves} is in use until it is back")}", true);
        return serves;
    }

    private string? FallBack(string model)
    {
        var record = states.Read(model);
        return bundles.FallBack(model, Candidates(record).Where(version => IsGood(record, version)));
    }

    private string Words(string model, string version, string? why) =>
        $"{version} is damaged{(why is null ? "" : $" ({why})")} and was set aside as {bundles.SetAsidePath(model, version)}. Updates fetch it again when the group wants it; by hand: edgerunner model install FILE.ermodel";

    // The last that was found good, then those before it. Never what is under way or was refused.
    private IEnumerable<string> Candidates(UpdateRecord record)
    {
        if (record is { Phase: UpdatePhase.Committed, Target: { } target }) yield return target.Version;
        if (record is { IsAtRest: false, From: { } from }) yield return from;
        foreach (var version in bundles.PreviousVersions(record.Model)) yield return version;
    }

    private bool IsGood(UpdateRecord record, string version)
    {
        if (record.IsRevoked(version) || bundles.FindBundle(record.Model, version) is null) return false;
        if (record.Phase is not UpdatePhase.Committed && string.Equals(record.Target?.Version, version, StringComparison.Ordinal)) return false;
        try
        {
            return DigestOf(record, version) is { } installed
                ? string.Equals(bundles.FileDigestOf(record.Model, version), installed, StringComparison.Ordinal)
                : bundles.DigestOf(record.Model, version) is not null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    // What is as it was installed and refused all the same is not damaged: a newer format under an older program, say. Of what a person has installed no digest is
    // known, and the checks inside of the bundle must do.
    private bool IsDamaged(string model, string version, BundleException fault) => DigestOf(states.Read(model), version) is { } installed
        ? FindDamage(model, version, installed) is not null
        : fault.Reason is BundleErrorReason.Structure or BundleErrorReason.Digest;

    // In words; null when the file is as it was installed, or gone.
    private string? FindDamage(string model, string version, string installed)
    {
        try
        {
            return bundles.FileDigestOf(model, version) is { } there && !string.Equals(installed, there, StringComparison.Ordinal) ? $"its file has sha256 {there}, {installed} was installed" : null;
        }
        catch (IOException e) when (DiskDamage.IsIn(e))
        {
            return $"its file cannot be read: {e.Message}";
        }
    }

    private bool IsUnreadable(string model, string version)
    {
        try
        {
            _ = bundles.FileDigestOf(model, version);
            return false;
        }
        catch (IOException e) when (DiskDamage.IsIn(e))
        {
            return true;
        }
    }

    private bool IsOf(BundleException fault, string model, string version) => string.Equals(fault.File, bundles.FindBundle(model, version), StringComparison.Ordinal);

    // Of a version that was here before the fleet named it nothing more is known than the target says; of what a person has installed nothing.
    private static string? DigestOf(UpdateRecord record, string version) => record.Find(version) is { } known ? known.BundleSha256 ?? known.Sha256 : null;
}
