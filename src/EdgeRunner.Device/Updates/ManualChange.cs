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
