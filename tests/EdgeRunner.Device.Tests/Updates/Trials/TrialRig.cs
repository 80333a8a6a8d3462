using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.Pipelines;
using EdgeRunner.Device.Tests.Pipelines;
using EdgeRunner.Device.Tests.Swaps;
using EdgeRunner.Device.Updates;
using EdgeRunner.Device.Updates.Trials;
using EdgeRunner.Messaging.Rollouts;

namespace EdgeRunner.Device.Tests.Updates.Trials;

/// <summary>A runner over pipelines that run.</summary>
internal sealed class TrialRig : IDisposable
{
    public SwapRig Swaps { get; } = new();

    public PipelineRig Rig => Swaps.Rig;

    /// <summary>What the runner has told.</summary>
    public List<TrialProgress> Told { get; } = [];

    public ServingHistory History => new(Rig.Directory.Path, words => throw new InvalidOperationException(words));

    public TrialRunner Runner => new(Swaps.Host, Rig.Store, Swaps.Preparation, History, new TrialOptions { MinMinutes = 0 }, TimeProvider.System);

    /// <summary>A signed release; of what the runner does not look at there is nothing.</summary>
    public static Release Release(string version, string model = "tiny") => new(model, version, 2, null!, null!);

    /// <summary>Starts a pipeline <c>p</c> with the first bundle and waits for its first window.</summary>
    public async Task StartAsync(IEnumerable<float> values, double rateHz, Action<PipelineOptions>? change, params string[] bundles)
    {
        Swaps.Install(bundles);
        await Swaps.StartAsync(("p", TinyModels.Pipeline(Rig, values, rateHz, change)));
    }

    /// <summary>Waits until the present version has given so many windows.</summary>
    public void AwaitWindows(long windows) => PipelineRig.Wait(() => Swaps.Worker.Observed.Latest?.Windows >= windows);

    /// <summary>Makes a version the active one and watches it.</summary>
    public async Task<TrialVerdict> TryAsync(string version, string? from, TrialLimits limits)
    {
        var report = await Swaps.ActivateAsync(version);
        Assert.True(report.Activated, report.Reason);
        return await WatchAsync(version, from, limits);
    }

    public Task<TrialVerdict> WatchAsync(string version, string? from, TrialLimits limits) => Runner.WatchAsync(Release(version), from, limits, new Listener(Told), default);

    public Task<TrialVerdict> ShadowAsync(string version, TrialLimits limits) => Runner.ShadowAsync(Release(version), limits, new Listener(Told), default);

    public void Dispose() => Swaps.Dispose();

    private sealed class Listener(List<TrialProgress> told) : IProgress<TrialProgress>
    {
        public void Report(TrialProgress value)
        {
            lock (told) told.Add(value);
        }
    }
}
