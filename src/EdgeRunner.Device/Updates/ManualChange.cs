using EdgeRunner.Device.ModelStore;
using EdgeRunner.Device.Updates.States;

namespace EdgeRunner.Device.Updates;

/// <summary>What a person may make the version in use, with the daemon and without it.</summary>
internal static class ManualChange
{
    /// <summary>Why a version cannot be made the one in use; null when it can.</summary>
    public static UpdateAnswer? FindObstacle(BundleStore bundles, UpdateRecord record, string version)
    {
        var model = record.Model;
        if (bundles.FindBundle(model, version) is null)
        {
            var installed = bundles.VersionsOf(model);
            return new UpdateAnswer(false, installed.Count == 0
                ? $"model {model} is not installed; install it with: edgerunner model install FILE.ermodel"
                : $"{model} has no version {version}; installed: {string.Join(", ", installed)}");
        }

        return record.IsRevoked(version)
            ? new UpdateAnswer(
                false, $"{model} {version} is release {record.Find(version)!.Number} and may not run any more: the signed min_release is {record.MinRelease}", UpdateReasons.BelowMinRelease)
            : null;
    }

    /// <summary>The version to return to when the person names none; null when there is none that signed metadata allows.</summary>
    public static string? BeforePresent(BundleStore bundles, UpdateRecord record) => bundles.PreviousVersions(record.Model).FirstOrDefault(version => !record.IsRevoked(version));

    /// <summary>The answer when there is none.</summary>
    public static UpdateAnswer NothingBefore(UpdateRecord record, string active) => new(
        false, $"there is no version of {record.Model} before {active} to return to{(record.MinRelease is { } min ? $" (the signed min_release is {min})" : "")}");

    /// <summary>True when a version serves on trial: a person who fixes it ends the trial, or the trial would be ended by going back.</summary>
    public static bool IsOnTrial(UpdateRecord record, string version) => record.Phase == UpdatePhase.Trial && string.Equals(record.Target?.Version, version, StringComparison.Ordinal);

    /// <summary>What is said of a pin: also what becomes of the version that was left for it.</summary>
    public static string Pinned(string model, string version, string? left, DenyList denied) =>
        $"{model} stays at {version} until it is unpinned; a signed min_release goes before it"
        + (left is null || !denied.List().Any(entry => string.Equals(entry.Model, model, StringComparison.Ordinal) && string.Equals(entry.Version, left, StringComparison.Ordinal)) ? "" : $". {left} is not taken again by itself, also not after model unpin (edgerunner update check --retry lets it)");

    /// <summary>What is said when a pin was taken off: also which versions are not taken all the same.</summary>
    public static string Unpinned(string model, string version, DenyList denied)
    {
        var refused = denied.List().Where(entry => string.Equals(entry.Model, model, StringComparison.Ordinal)).Select(entry => entry.Version).Distinct(StringComparer.Ordinal).ToList();
        return $"{model} follows the group again; it was pinned to {version}"
            + (refused.Count == 0 ? "" : $". Not taken by themselves, since they were left or refused here: {string.Join(", ", refused)} (edgerunner update check --retry lets them)");
    }

    /// <summary>The answer when there was no pin to take off: a name that is mistyped is none.</summary>
    public static UpdateAnswer NotPinned(BundleStore bundles, UpdateStore states, string model)
    {
        if (Configuration.SectionCheck.IsName(model) && (bundles.VersionsOf(model).Count > 0 || states.Models().Contains(model, StringComparer.Ordinal))) return new UpdateAnswer(true, $"{model} was not pinned");
        List<string> known = [.. bundles.List().Select(installed => installed.Name).Union(states.Models(), StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        return new UpdateAnswer(false, $"nothing of model {model} is on this device; {(known.Count == 0 ? "no model is" : $"there is: {string.Join(", ", known)}")}");
    }

    /// <summary>The state after a person has decided: nothing is under way, and what signed metadata said is kept.</summary>
    public static UpdateRecord Settled(UpdateRecord record) => record with
    {
        Phase = UpdatePhase.Idle,
        Target = null,
        From = null,
        Trial = null,
        ReasonCode = null,
        Reason = null,
        Denies = false,
        Writes = 0,
        Attempts = 0,
    };
}
