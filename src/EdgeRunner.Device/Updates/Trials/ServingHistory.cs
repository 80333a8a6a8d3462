using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.Pipelines;
using EdgeRunner.Device.Updates.States;

namespace EdgeRunner.Device.Updates.Trials;

/// <summary>How fast each version was on this device and what it gave, by pipeline: outlives the version and the daemon. A file of some kilobytes for each
/// model, <c>updates/models/MODEL/serving.json</c>. Only a memory: without it a trial has less to compare with, so nothing here throws for the disk's sake. Thread-safe.</summary>
/// <param name="stateDirectory">The device's state directory.</param>
/// <param name="say">Told in plain words when a file is damaged or cannot be written.</param>
internal sealed class ServingHistory(string stateDirectory, Action<string> say)
{
    /// <summary>Fewer windows of a version say too little of its p99 and its outputs, and are not kept.</summary>
    public const int MinimumWindows = 100;

    /// <summary>Versions that are kept of each model.</summary>
    private const int MaxVersions = 8;

    /// <summary>From so many windows on a later look is as good as an earlier one, whichever is longer.</summary>
    private const int PlentyWindows = 10_000;

    private readonly Lock _gate = new();

    /// <summary>What a version did in each pipeline; empty when nothing is known of it.</summary>
    public IReadOnlyDictionary<string, PipelineHistory> Find(string model, string version)
    {
        lock (_gate)
        {
            return Read(model)?.FirstOrDefault(one => string.Equals(one.Version, version, StringComparison.Ordinal))?.Pipelines
                ?? new Dictionary<string, PipelineHistory>(StringComparer.Ordinal);
        }
    }

    /// <summary>Keeps what a version did, where there is enough of it.</summary>
    public void Keep(string model, string version, IEnumerable<(string Pipeline, ServingObservation Seen)> pipelines)
    {
        var seen = pipelines.Where(pipeline => pipeline.Seen.Windows >= MinimumWindows).Select(pipeline => (pipeline.Pipeline, History: PipelineHistory.Of(pipeline.Seen))).ToList();
        if (seen.Count == 0) return;
        lock (_gate)
        {
            if (Read(model) is not { } versions) return;
            var known = new Dictionary<string, PipelineHistory>(StringComparer.Ordinal);
            if (versions.FirstOrDefault(one => string.Equals(one.Version, version, StringComparison.Ordinal)) is { } before)
                foreach (var (pipeline, history) in before.Pipelines) known[pipeline] = history;

            var isNew = false;
            foreach (var (pipeline, history) in seen)
            {
                if (known.TryGetValue(pipeline, out var old) && (old.Windows == history.Windows || Math.Min(old.Windows, PlentyWindows) > history.Windows)) continue;
                known[pipeline] = history;
                isNew = true;
            }

            if (isNew) Write(model, [.. versions.Where(one => !string.Equals(one.Version, version, StringComparison.Ordinal)).TakeLast(MaxVersions - 1), new VersionHistory(version, known)]);
        }
    }

    // Null when it cannot be read now: what the file holds must not be written over then.
    private IReadOnlyList<VersionHistory>? Read(string model)
    {
        if (!SectionCheck.IsName(model)) return [];
        try
        {
            return FileOf(model).Read()?.Versions ?? [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            say($"what {model} has done cannot be read, so the next version is compared with less: {e.Message}");
            return null;
        }
    }

    private void Write(string model, IReadOnlyList<VersionHistory> versions)
    {
        if (!SectionCheck.IsName(model)) return;
        try
        {
            FileOf(model).Write(new ServingHistoryFile(1, versions));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            say($"what {model} has done cannot be kept, so the next version is compared with less: {e.Message}");
        }
    }

    private DurableJson<ServingHistoryFile> FileOf(string model) => new(
        Path.Combine(UpdateStore.RootIn(stateDirectory), "models", model, "serving.json"), TrialJsonContext.Default.ServingHistoryFile, file => file.IsValid(), say);
}
