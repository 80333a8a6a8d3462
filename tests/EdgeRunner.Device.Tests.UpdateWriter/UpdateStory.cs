using System.Security.Cryptography;
using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.ModelStore;
using EdgeRunner.Device.Probing;
using EdgeRunner.Device.Swaps;
using EdgeRunner.Device.Updates;
using EdgeRunner.Device.Updates.States;
using EdgeRunner.Device.Updates.Transports;
using EdgeRunner.Inference.Chunks;
using EdgeRunner.Messaging.Rollouts;
using EdgeRunner.Trust.Client;
using EdgeRunner.Trust.Metadata;

namespace EdgeRunner.Device.Tests.UpdateWriter;

/// <summary>The real machine over a real directory, with releases that are files and verdicts that the story states. The tests and the process that they kill
/// share it.</summary>
internal sealed class UpdateStory : IReleaseDownloader, IReleaseProbe, IModelSwitch, ITrialRunner, IUpdateCheckpoints
{
    public const string Model = "tiny";

    private readonly string _state;
    private readonly string _name;

    /// <param name="state">The state directory.</param>
    /// <param name="name"><c>success</c>, <c>bad-probe</c> or <c>bad-trial</c>.</param>
    /// <param name="bootId">This boot.</param>
    public UpdateStory(string state, string name, string bootId = "boot-1")
    {
        (_state, _name) = (state, name);
        Bundles = new BundleStore(state);
        Store = new UpdateStore(state, TimeProvider.System, Said.Add);
        History = new UpdateHistory(Store);
        Denied = new DenyList(Store, Said.Add);
        Ledger = new UpdateLedger(Store, History, Denied, Bundles, keepVersions: 2, this);
        Board = new UpdateBoard("lab");
        Machine = new UpdateMachine(Store, Ledger, Bundles, this, this, this, Board, new TrialOptions(), bootId, this);
        Recovery = new UpdateRecovery(Store, Ledger, Bundles, bootId, Said.Add);
    }

    public BundleStore Bundles { get; }

    public UpdateStore Store { get; }

    public UpdateHistory History { get; }

    public DenyList Denied { get; }

    public UpdateLedger Ledger { get; }

    public UpdateBoard Board { get; }

    public UpdateMachine Machine { get; }

    public UpdateRecovery Recovery { get; }

    /// <summary>What would be logged.</summary>
    public List<string> Said { get; } = [];

    /// <summary>Called at each checkpoint.</summary>
    public Action<UpdatePhase, UpdateMoment> Reached { get; set; } = (_, _) => { };

    /// <summary>What a swap says; null does it.</summary>
    public Func<string, ActivationReport?> Swap { get; set; } = _ => null;

    /// <summary>What a swap says after the version was loaded; null does it.</summary>
    public Func<string, ActivationReport?> SwapLoaded { get; set; } = _ => null;

    /// <summary>How a trial ends.</summary>
    public Func<CancellationToken, Task<TrialVerdict>>? Watch { get; set; }

    /// <summary>How a shadow run ends.</summary>
    public Func<TrialVerdict> Shadow { get; set; } = () => new TrialVerdict(null, "the same");

    /// <summary>How a probe ends.</summary>
    public Func<string, ProbeReport>? Probe { get; set; }

    /// <summary>Before the bytes of a download.</summary>
    public Func<CancellationToken, Task> Fetching { get; set; } = _ => Task.CompletedTask;

    /// <summary>How often bytes were fetched.</summary>
    public int Fetches { get; private set; }

    /// <summary>What was taken away from pipelines.</summary>
    public List<string> Withdrawn { get; } = [];

    /// <summary>A release whose target path is the file itself.</summary>
    public static Release Release(string file, string version, long number, long? minRelease = null)
    {
        var bytes = File.ReadAllBytes(file);
        var digest = SHA256.HashData(bytes);
        var path = $"models/{Model}/{version}.ermodel";
        return new Release(Model, version, number, new TargetMatch(path, new TargetFile(bytes.Length, FileDigests.OfSha256(digest)), "models/vision", file),
            new ChunkFetch(ChunkIndex.Create(path, digest, []), "", "", file)) { MinRelease = minRelease };
    }

    /// <summary>What the daemon does at its start, and then the update to its end.</summary>
    public async Task<UpdateRecord> RunAsync(Release release, CancellationToken cancellationToken = default)
    {
        Recovery.Run();
        return await ContinueAsync(release, cancellationToken);
    }

    /// <summary>The update to its end: begun when nothing is under way and the release was not refused.</summary>
    public async Task<UpdateRecord> ContinueAsync(Release release, CancellationToken cancellationToken = default)
    {
        var record = Store.Read(Model);
        var isMine = string.Equals(record.Target?.Sha256, release.Target.File.Digests.All["sha256"], StringComparison.Ordinal);
        if (record.IsAtRest && isMine) return record;
        if (record.IsAtRest || !isMine)
        {
            Reach(UpdatePhase.Idle, UpdateMoment.Leaving);
            Machine.Begin(release, limits: null, this);
        }

        return await Machine.RunAsync(Model, new UpdateRun(release, new UpdateRoads(null!, this, null!)), cancellationToken);
    }

    public async Task<string> FetchAsync(Release release, IProgress<DownloadProgress> progress, CancellationToken cancellationToken)
    {
        await Fetching(cancellationToken);
        var part = Path.Combine(Parts(release.Model), release.Target.File.Digests.All["sha256"] + ".part");
        var bytes = File.ReadAllBytes(release.Target.FetchName);
        if (File.Exists(part) && File.ReadAllBytes(part).AsSpan().SequenceEqual(bytes)) return part;
        Fetches++;
        Directory.CreateDirectory(Parts(release.Model));
        using (var file = new FileStream(part, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, bufferSize: 0))
        {
            file.SetLength(bytes.Length);
            var half = bytes.Length / 2;
            file.Write(bytes, 0, half);
            progress.Report(new DownloadProgress(half, bytes.Length, 0, 1e6, "directory"));
            file.Write(bytes, half, bytes.Length - half);
            file.Flush(flushToDisk: true);
        }

        return part;
    }

    public Task<long> MeasureAsync(Release release, CancellationToken cancellationToken) => Task.FromResult(release.Target.File.Length);

    public void Discard(string model, string? exceptSha256 = null)
    {
        if (!Directory.Exists(Parts(model))) return;
        foreach (var part in Directory.GetFiles(Parts(model)))
        {
            if (exceptSha256 is null || !part.Contains(exceptSha256, StringComparison.Ordinal)) File.Delete(part);
        }
    }

    Task<ProbeReport> IReleaseProbe.RunAsync(string bundlePath, CancellationToken cancellationToken) =>
        Task.FromResult(Probe?.Invoke(bundlePath) ?? ReportOf(bundlePath, _name is "bad-probe" ? ProbeReason.GoldenMismatch : ProbeReason.Ok));

    public static ProbeReport ReportOf(string bundlePath, ProbeReason reason) => new()
    {
        File = bundlePath,
        Reason = reason,
        Detail = reason == ProbeReason.Ok ? "all well" : "1 of 1 golden cases failed",
        Stage = ProbeStage.Done,
        Limits = ProbeLimitsInForce.BeforeBundle(new ProbeLimits()),
    };

    public Task<ActivationReport> ActivateAsync(string model, string version, long? peakBytes, Action begins, CancellationToken cancellationToken)
    {
        if (Swap(version) is { } report) return Task.FromResult(report);
        begins();
        if (SwapLoaded(version) is { } late) return Task.FromResult(late);
        Bundles.Activate(model, version);
        return Task.FromResult(new ActivationReport(model, version, Activated: true, null, []));
    }

    public Task<ActivationReport> ReturnAsync(string model, string version, CancellationToken cancellationToken)
    {
        if (Swap(version) is { } report) return Task.FromResult(report);
        Bundles.Return(model, version);
        return Task.FromResult(new ActivationReport(model, version, Activated: true, null, []));
    }

    public Task WithdrawAsync(string model, string words, CancellationToken cancellationToken)
    {
        Withdrawn.Add(words);
        return Task.CompletedTask;
    }

    public Task<TrialVerdict> ShadowAsync(Release release, TrialLimits? limits, IProgress<TrialProgress> progress, CancellationToken cancellationToken) => Task.FromResult(Shadow());

    public Task<TrialVerdict> WatchAsync(Release release, string? from, TrialLimits? limits, IProgress<TrialProgress> progress, CancellationToken cancellationToken) =>
        Watch is not null ? Watch(cancellationToken)
        : Task.FromResult(_name is "bad-trial" ? new TrialVerdict(UpdateReasons.TrialErrors, "9 of 10 windows failed") : new TrialVerdict(null, "10 windows, 0 failed"));

    public void Reach(UpdatePhase phase, UpdateMoment moment) => Reached(phase, moment);

    private string Parts(string model) => Path.Combine(_state, "updates", "parts", model);
}
