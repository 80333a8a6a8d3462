using System.Globalization;
using EdgeRunner.Device.ModelStore;
using EdgeRunner.Device.Updates.States;
using EdgeRunner.Messaging.Payloads;

namespace EdgeRunner.Device.Updates.Policies;

/// <summary>Looks at a release before anything of it is fetched.</summary>
/// <param name="denied">What was refused here.</param>
/// <param name="bundles">What is installed.</param>
/// <param name="readFacts">What this device has; true loads ONNX Runtime for it.</param>
internal sealed class ReleaseCheck(DenyList denied, BundleStore bundles, Func<bool, DeviceFacts> readFacts)
{
    /// <summary>Why the release is not begun with; null when it is.</summary>
    /// <exception cref="UpdateFailedException">Its keys cannot be fetched now.</exception>
    public async Task<UpdateFailedException?> FindObstacleAsync(Release release, UpdateRecord record, IReleaseUnsealer unsealer, CancellationToken cancellationToken)
    {
        if (release.Number < record.MinRelease)
            return Refusal(UpdateReasons.BelowMinRelease, $"{release.Title} is release {release.Number}; the signed min_release is {record.MinRelease}");
        var sha256 = release.Target.File.Digests.All.GetValueOrDefault("sha256") ?? "";
        if (denied.Find(sha256) is { } entry)
            return Refusal(UpdateReasons.Denied, string.Create(CultureInfo.InvariantCulture, $"{release.Title} was refused here on {entry.At.UtcDateTime:yyyy-MM-dd HH:mm:ss'Z'}: {entry.Code}: {entry.Reason}. To try it again: edgerunner update check --retry"));
        if (ReleaseFit.FindProblems(release.Needs, readFacts(false)) is { Count: > 0 } problems)
            return Refusal(UpdateReasons.NeedsNotMet, $"{release.Title}: {string.Join("; ", problems)}");
        if (release.Keys is not null && await unsealer.FindProblemAsync(release, cancellationToken).ConfigureAwait(false) is { } noKey)
            return Refusal(UpdateReasons.NoKey, noKey);
        if (release.Keys is null && record.Find(release.Version) is null && bundles.DigestOf(release.Model, release.Version) is { } digest && !string.Equals(digest, sha256, StringComparison.Ordinal))
            return Refusal(UpdateReasons.VersionConflict, $"{release.Title} is installed here with other content (sha256 {digest}) than was signed ({sha256}); activate another version and remove {bundles.FindBundle(release.Model, release.Version)}");
        return null;
    }

    /// <summary>Whether this device could take the release now. Nothing is moved.</summary>
    public async Task<DryRunReport> DryRunAsync(Release release, UpdateRecord record, UpdateRoads roads, CancellationToken cancellationToken) =>
        (await TryAsync(release, record, roads, cancellationToken).ConfigureAwait(false)).Report;

    /// <summary>As <see cref="DryRunAsync"/>, with the code that taking it would end with; null when it could be taken.</summary>
    public async Task<(DryRunReport Report, string? Code)> TryAsync(Release release, UpdateRecord record, UpdateRoads roads, CancellationToken cancellationToken)
    {
        var facts = readFacts(true);
        List<string> problems = [.. ReleaseFit.FindProblems(release.Needs, facts), .. ReleaseFit.FindShortages(release.Needs, facts)];
        long bytes = 0;
        string? code = null;
        try
        {
            if (await FindObstacleAsync(release, record, roads.Unsealer, cancellationToken).ConfigureAwait(false) is { } obstacle)
            {
                code = obstacle.Code;
                if (obstacle.Code is not UpdateReasons.NeedsNotMet) problems.Add(obstacle.Message);
            }

            bytes = await roads.Downloader.MeasureAsync(release, cancellationToken).ConfigureAwait(false);
        }
        catch (UpdateFailedException e)
        {
            problems.Add(e.Message);
            code ??= e.Code;
        }

        var isFit = problems.Count == 0;
        return (new DryRunReport(release.Version, isFit, problems, bytes), isFit ? null : code ?? UpdateReasons.NeedsNotMet);
    }

    private static UpdateFailedException Refusal(string code, string words) => new(code, words, isFinal: true);
}
