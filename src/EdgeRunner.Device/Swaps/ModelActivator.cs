using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.Health;
using EdgeRunner.Device.ModelStore;
using EdgeRunner.Device.Pipelines;
using EdgeRunner.Native.Linux;

namespace EdgeRunner.Device.Swaps;

/// <summary>Brings models into pipelines that run: one change at a time, each on a thread that gives way to all others. Thread-safe.</summary>
internal sealed partial class ModelActivator(BundleStore store, PipelineHost pipelines, SwapPreparation preparation, SwapEvents events, StateBoard states,
    InferenceOptions options, TimeProvider timeProvider, ILogger<ModelActivator> logger) : IDisposable
{
    /// <summary>Weight of the loading thread: it takes what the pipelines leave.</summary>
    private const int LoadingNice = 10;

    private readonly SemaphoreSlim _one = new(1, 1);

    /// <summary>Makes an installed version the active one and swaps every pipeline that uses the model, without a restart. When any refuses, nothing
    /// changes.</summary>
    /// <param name="name">The model.</param>
    /// <param name="version">An installed version.</param>
    /// <param name="measuredBytes">Memory a probe has measured; null for what the manifest declares.</param>
    /// <param name="cancellationToken">Gives up waiting for changes before this one; a change that has begun is finished.</param>
    public Task<ActivationReport> ActivateAsync(string name, string version, long? measuredBytes, CancellationToken cancellationToken) =>
        ActivateAsync(name, version, measuredBytes, static () => { }, cancellationToken);

    /// <summary>The same; <paramref name="begins"/> is called once, before anything of the version is loaded or it becomes the active one, and not when it is refused
    /// before. What it throws refuses the change.</summary>
    public Task<ActivationReport> ActivateAsync(string name, string version, long? measuredBytes, Action begins, CancellationToken cancellationToken) =>
        ChangeAsync(name, version, measuredBytes, () => store.Activate(name, version), begins, cancellationToken);

    /// <summary>As an activation, because the version in use is no good: it is not the one to return to afterwards.</summary>
    public Task<ActivationReport> ReturnAsync(string name, string version, CancellationToken cancellationToken) =>
        ChangeAsync(name, version, measuredBytes: null, () => store.Return(name, version), static () => { }, cancellationToken);

    private async Task<ActivationReport> ChangeAsync(string name, string version, long? measuredBytes, Action activate, Action begins, CancellationToken cancellationToken)
    {
        if (store.FindBundle(name, version) is not { } path)
        {
            var installed = store.VersionsOf(name);
            return new ActivationReport(name, version, Activated: false, installed.Count == 0
                ? $"model {name} is not installed; install it with: edgerunner model install FILE.ermodel"
                : $"{name} has no version {version}; installed: {string.Join(", ", installed)}", []) { IsInstalled = false };
        }

        await _one.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var users = pipelines.Workers.Where(worker => string.Equals(worker.Options.Model?.Name, name, StringComparison.Ordinal)).ToList();
            var change = New(path, measuredBytes, begins);
            var refusal = await RunAsync(users, () => change.Run(users, name, activate)).ConfigureAwait(false);
            if (refusal is null) Log.Activated(logger, name, version, change.Results.Count);
            else Log.Refused(logger, name, version, refusal);
            // Also while an older version is missed that was damaged: it was to be replaced, and now it is.
            if (refusal is null && states.Find($"model {name}") is { State: ComponentState.Degraded }) states.Set($"model {name}", ComponentState.Running);
            states.Note($"model {name}", refusal is null ? $"{version} is active" : $"{version} refused: {refusal}");
            return new ActivationReport(name, version, refusal is null, refusal, change.Results) { MayPass = change.MayPass };
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Takes the model away from every pipeline that uses it, between two windows: each ends with the given words and begins anew with what is active then,
    /// if anything is.</summary>
    public async Task WithdrawAsync(string name, string words, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            foreach (var worker in pipelines.Workers.Where(worker => string.Equals(worker.Options.Model?.Name, name, StringComparison.Ordinal)))
            {
                if (worker.Loop is { } loop) loop.Parts.Slot.Withdraw(words);
                else _ = worker.Wake(); // What it waits for may be there now, or it has something else to say.
            }

            states.Note($"model {name}", words);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Loads the present model of one pipeline anew, after its guard has turned it off.</summary>
    public async Task ReloadAsync(PipelineWorker worker, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (worker.Loop is not { } loop || loop.Guard.Off is null) return; // Another version has come meanwhile.
            loop.Guard.MarkRetry();
            var model = worker.Options.Model!;
            var path = model.Bundle ?? store.FindActiveBundle(model.Name!) ?? loop.Parts.Model.Path;
            var change = New(path, measuredBytes: null, static () => { });
            await RunAsync([worker], () => change.Run([worker], loop.Parts.Model.Instance.Manifest.Name, () => { })).ConfigureAwait(false);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _one.Dispose();

    private ModelChange New(string path, long? measuredBytes, Action begins) => new(preparation, path, measuredBytes, timeProvider)
    {
        Begins = begins,
        Reported = (_, swap) =>
        {
            events.Write(swap);
            var numbers = swap.Outcome == SwapOutcome.Swapped ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $" (load {swap.LoadMs} ms, warm-up {swap.WarmUpMs} ms, pause {swap.PauseUs} µs)") : "";
            states.Note($"pipeline {swap.Pipeline}", $"{Word(swap)} {swap.From ?? "nothing"} -> {swap.To}: {swap.Reason}{numbers}");
        },
    };

    private static string Word(PipelineSwap swap) => swap.Outcome switch
    {
        SwapOutcome.Swapped when swap.Mode == SwapMode.DropFirst => "swapped, old model dropped first,",
        SwapOutcome.Swapped => "swapped beside the old model",
        SwapOutcome.Pending => "swap waits for the next window",
        SwapOutcome.Started => "begun:",
        SwapOutcome.NextStart => "swap at the next start",
        SwapOutcome.Unchanged => "swap called off",
        _ => "swap refused",
    };

    // A thread of its own and not the pool's, whose weight must stay what it is. Threads that ONNX Runtime starts for a session inherit the weight and keep
    // it, so with more than one intra-op thread the load is not lowered.
    private Task<string?> RunAsync(IReadOnlyList<PipelineWorker> workers, Func<string?> change)
    {
        var isAlone = workers.All(worker => (worker.Options.Model!.Session.IntraOpThreads ?? options.IntraOpThreads) == 1);
        var done = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            if (isAlone) ThreadWeight.TryLower(LoadingNice);
            try
            {
                done.SetResult(change());
            }
            // Goes to the caller, whatever it is; here it would end the process.
            catch (Exception e)
            {
                done.SetException(e);
            }
        })
        { Name = "model swap", IsBackground = true };
        thread.Start();
        return done.Task;
    }

    private static partial class Log
    {
        [LoggerMessage(5020, LogLevel.Information, "model {Model} {Version} is active; {Pipelines} pipeline(s) use it")]
        public static partial void Activated(ILogger logger, string model, string version, int pipelines);

        [LoggerMessage(5021, LogLevel.Warning, "model {Model} {Version} was refused, the old version stays: {Reason}")]
        public static partial void Refused(ILogger logger, string model, string version, string reason);
    }
}
