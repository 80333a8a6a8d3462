using System.Globalization;
using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.ModelStore;
using EdgeRunner.Device.Pipelines;
using EdgeRunner.Device.Swaps;
using EdgeRunner.Messaging.Rollouts;

namespace EdgeRunner.Device.Updates.Trials;

/// <summary>Watches new versions in the pipelines that use them, against what the version before did on this device.</summary>
/// <remarks>A pipeline is watched from the window on in which it took the version; what it counts is in <see cref="ServingObservation"/>. The trial ends when each
/// pipeline has given enough windows or has ended, when the time is over, or as soon as a limit cannot be met any more.</remarks>
internal sealed partial class TrialRunner(PipelineHost pipelines, BundleStore store, SwapPreparation preparation, ServingHistory history, TrialOptions options,
    TimeProvider timeProvider) : ITrialRunner
{
    /// <summary>How often the counters are looked at.</summary>
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(250);

    /// <inheritdoc/>
    public async Task<TrialVerdict> WatchAsync(Release release, string? from, TrialLimits? limits, IProgress<TrialProgress> progress, CancellationToken cancellationToken)
    {
        var inForce = TrialLimitsInForce.Of(options, limits);
        var users = UsersOf(release.Model);
        if (users.Count == 0) return new TrialVerdict(null, $"no pipeline uses {release.Model}, so there was nothing to watch");
        if (from is not null) Remember(release.Model, from, users);
        var before = from is null ? new Dictionary<string, PipelineHistory>(StringComparer.Ordinal) : history.Find(release.Model, from);
        var bundle = store.FindBundle(release.Model, release.Version);
        List<WatchedPipeline> all = [.. users.Select(worker => new WatchedPipeline(worker, new PipelineTrial(worker.Name, inForce, from, Recall(worker, release.Model, from, before)), release, bundle, inForce))];
        var begin = timeProvider.GetTimestamp();
        while (true)
        {
            // First whether it is over and then what was seen: the other way round the last windows of a pipeline that ends would be missed.
            // A window that is under way is waited for: whether the version comes back from it is what the trial is for.
            var isTimeOver = timeProvider.GetElapsedTime(begin) >= inForce.Time && !all.Exists(one => one.IsAtWork);
            var isOver = isTimeOver || all.TrueForAll(one => one.Worker.IsDone || one.Windows >= inForce.Windows);
            if (all.Select(one => one.FindFailure(isOver)).OfType<TrialVerdict>().FirstOrDefault() is { } failure) return failure;
            progress.Report(new TrialProgress(Math.Min(inForce.Windows, Slowest(all)), inForce.Windows));
            if (isOver) return Pass(release, all, isTimeOver, timeProvider.GetElapsedTime(begin));
            await Task.Delay(Beat, timeProvider, cancellationToken).ConfigureAwait(false);
        }
    }

    private TrialVerdict Pass(Release release, List<WatchedPipeline> all, bool isTimeOver, TimeSpan took)
    {
        Remember(release.Model, release.Version, all.ConvertAll(one => one.Worker));
        var seconds = took.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture);
        var why = all.TrueForAll(one => one.Worker.IsDone) ? "every pipeline that uses it has ended" : isTimeOver ? "its time is over" : "it has seen enough";
        return new TrialVerdict(null, $"trial of {seconds} s, {why}: {string.Join("; ", all.Select(one => one.Describe()))}");
    }

    // Those that still can give windows; when none can, the one that gave least.
    private static long Slowest(List<WatchedPipeline> all) => (all.Exists(one => !one.Worker.IsDone) ? all.Where(one => !one.Worker.IsDone) : all).Min(one => one.Windows);

    private List<PipelineWorker> UsersOf(string model) => [.. pipelines.Workers.Where(worker => string.Equals(worker.Options.Model?.Name, model, StringComparison.Ordinal))];

    private void Remember(string model, string version, List<PipelineWorker> users) =>
        history.Keep(model, version, users.Select(worker => (worker.Name, Seen: worker.Observed.Find(model, version))).Where(one => one.Seen is not null).Select(one => (one.Name, one.Seen!)));

    // The file has what was long enough; a slow pipeline may have given only a few windows yet, which are enough for a median.
    private static PipelineHistory? Recall(PipelineWorker worker, string model, string? from, IReadOnlyDictionary<string, PipelineHistory> known) =>
        from is null ? null
        : known.TryGetValue(worker.Name, out var kept) ? kept
        : worker.Observed.Find(model, from) is { } seen && seen.Latency.Count >= PipelineTrial.MinimumForMedian ? PipelineHistory.Of(seen)
        : null;
}
