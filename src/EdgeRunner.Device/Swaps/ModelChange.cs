using EdgeRunner.Device.Pipelines;
using EdgeRunner.Inference.Bundles;
using EdgeRunner.Native.Linux;

namespace EdgeRunner.Device.Swaps;

/// <summary>One new model for all pipelines that use it: all of them get it, or none. Runs on a thread of its own, once.</summary>
/// <remarks>
/// First it is loaded for each pipeline, beside the old one where there is room. Pipelines whose old model has to go first come last and wait from
/// then on. Only when all are ready the version becomes the active one, durably; then each pipeline takes its model between two windows. Whatever
/// fails before leaves every pipeline with the old model, one that was dropped being loaded again; a power cut leaves the old version or the new
/// one active, and both are complete.
/// </remarks>
internal sealed class ModelChange(SwapPreparation preparation, string path, long? measuredBytes, TimeProvider timeProvider)
{
    /// <summary>How long a pipeline may take to come to the next window boundary. A source may be silent for longer; then the model waits in the slot.</summary>
    private static readonly TimeSpan BoundaryPatience = TimeSpan.FromSeconds(2);

    /// <summary>How long a pipeline that did not run is waited for until it has begun with the new version. A large model takes longer; what becomes of it is told then.</summary>
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(10);

    private readonly List<Step> _steps = [];
    private string _title = "";
    private bool _hasBegun;

    /// <summary>What became of it in each pipeline, so far.</summary>
    public IReadOnlyList<PipelineSwap> Results => [.. _steps.Select(step => step.Result!)];

    /// <summary>True when the refusal was of the moment: no memory, a full disk, a silent source.</summary>
    public bool MayPass { get; private set; }

    /// <summary>Called once, before anything of the new model is loaded or it becomes the active one; what it throws refuses the change.</summary>
    public required Action Begins { get; init; }

    /// <summary>Told of each result: at the end, and once more when a pipeline takes a pending model later.</summary>
    public Action<PipelineWorker, PipelineSwap>? Reported { get; init; }

    /// <summary>Makes the change.</summary>
    /// <param name="workers">Pipelines that use the model.</param>
    /// <param name="expectedName">The model's name; another one in the bundle is refused.</param>
    /// <param name="activate">Makes the version the active one.</param>
    /// <returns>Null when it is done; else why not.</returns>
    public string? Run(IEnumerable<PipelineWorker> workers, string expectedName, Action activate)
    {
        _steps.AddRange(workers.Select(worker => new Step(worker)));
        Step? at = null;
        try
        {
            using var bundle = ModelBundle.Open(path, BundleLimits.Default);
            _title = bundle.Manifest.Title;
            if (!string.Equals(bundle.Manifest.Name, expectedName, StringComparison.Ordinal))
                throw new SwapRefusedException($"{path} holds {_title}, not a version of {expectedName}");
            foreach (var step in _steps) Prepare(at = step, bundle);
            foreach (var step in _steps.Where(step => step.Mode == SwapMode.DropFirst)) PrepareAfterDrop(at = step, bundle);
            at = null;
            Begin();
            activate();
        }
        // Whatever is wrong with the new model, out of memory included, the old one goes on.
        catch (Exception e)
        {
            MayPass = e is SwapRefusedException { MayPass: true } or IOException or UnauthorizedAccessException or OutOfMemoryException;
            Abandon(at, e.Message);
            return at is null ? e.Message : $"pipeline {at.Worker.Name}: {e.Message}";
        }

        foreach (var step in _steps) HandOver(step);
        foreach (var step in _steps) Await(step);
        FollowLate();
        Reclaim();
        return null;
    }

    private void Prepare(Step step, ModelBundle bundle)
    {
        if (step.Loop is not { } loop) return;
        SwapPreparation.Fit(bundle, step.Worker, loop);
        var plan = preparation.Plan(bundle, measuredBytes, step.Worker, loop);
        (step.Mode, step.Words) = (plan.Mode, plan.Words);
        if (plan.Mode is null) throw new SwapRefusedException(plan.Words, mayPass: true);
        if (plan.Mode == SwapMode.Beside) Load(step, bundle);
    }

    private void PrepareAfterDrop(Step step, ModelBundle bundle)
    {
        var dropped = step.Loop!.Parts.Slot.Drop(BoundaryPatience, timeProvider)
            ?? throw new SwapRefusedException($"the old one has to go first, but the pipeline came to no window boundary within {BoundaryPatience.TotalSeconds:0} s; is its source silent?", mayPass: true);
        step.Dropped = dropped;
        dropped.Dispose();
        ProcessHeap.Trim();
        preparation.RequireRoom(bundle, measuredBytes);
        Load(step, bundle);
    }

    private void Load(Step step, ModelBundle bundle)
    {
        Begin();
        step.Prepared = preparation.Load(bundle, step.Worker, step.Loop!);
    }

    private void Begin()
    {
        if (_hasBegun) return;
        Begins();
        _hasBegun = true;
    }

    private static void HandOver(Step step)
    {
        if (step.Prepared is { } prepared)
        {
            step.Ticket = step.Loop!.Parts.Slot.Offer(prepared.Model);
            if (step.Ticket is not null) return;
            prepared.Model.Dispose();
        }

        // It waits for a model, or for its next attempt, and need not wait any longer.
        step.Start = step.Worker.Wake();
    }

    private void Await(Step step)
    {
        if (step.Ticket is null)
        {
            if (WaitFor(step.Start!, StartPatience))
            {
                FinishStart(step, step.Start!.Result);
                return;
            }

            Report(step, SwapOutcome.NextStart, "the pipeline begins with it, which takes its time");
            _ = step.Start!.ContinueWith(done => FinishStart(step, done.Result), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
        else if (WaitFor(step.Ticket.Done, BoundaryPatience))
        {
            Finish(step, step.Ticket.Done.Result);
        }
        else
        {
            Report(step, SwapOutcome.Pending, "the source is silent; the next window is the new model's");
            _ = step.Ticket.Done.ContinueWith(done => Finish(step, done.Result), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    private void FinishStart(Step step, Exception? fault)
    {
        if (fault is not null) Report(step, SwapOutcome.NextStart, $"the pipeline could not begin with it and tries again: {fault.Message}");
        else if (step.Worker.IsDone) Report(step, SwapOutcome.NextStart, "the pipeline has ended");
        else Report(step, SwapOutcome.Started, "the pipeline did not run before");
    }

    private bool WaitFor(Task task, TimeSpan patience)
    {
        using var timeout = new CancellationTokenSource(patience, timeProvider);
        try
        {
            task.Wait(timeout.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return task.IsCompleted;
        }
    }

    private void Finish(Step step, SwapExchange exchange)
    {
        if (!exchange.Taken)
        {
            step.Prepared!.Model.Dispose();
            Report(step, SwapOutcome.NextStart, "the pipeline has ended, or a later version came, before its next window");
            return;
        }

        exchange.Old?.Dispose();
        Report(step, SwapOutcome.Swapped, step.Words, exchange);
    }

    /// <summary>Pipelines that did not run at first, or began anew meanwhile, and have loaded the old version while it was still the active one.</summary>
    private void FollowLate()
    {
        for (var i = 0; i < _steps.Count; i++)
        {
            if (_steps[i].Worker.Loop is not { } loop || loop == _steps[i].Loop || string.Equals(loop.Parts.Model.Path, path, StringComparison.Ordinal)) continue;
            // A step of its own: what was made for the run that has ended is freed with the first one.
            var step = _steps[i] = new Step(_steps[i].Worker);
            try
            {
                using var bundle = ModelBundle.Open(path, BundleLimits.Default);
                Prepare(step, bundle);
                if (step.Mode == SwapMode.DropFirst) PrepareAfterDrop(step, bundle);
                HandOver(step);
                Await(step);
            }
            // It has the version that was active when it started; the version that is active now is a restart away.
            catch (Exception e)
            {
                Restore(step);
                Report(step, SwapOutcome.Refused, e.Message);
            }
        }
    }

    private void Abandon(Step? failed, string reason)
    {
        foreach (var step in _steps)
        {
            step.Prepared?.Model.Dispose();
            Restore(step);
            if (step == failed || failed is null) Report(step, SwapOutcome.Refused, reason);
            else Report(step, SwapOutcome.Unchanged, $"pipeline {failed.Worker.Name} refused it, and all that use a model change together");
        }

        Reclaim();
    }

    /// <summary>Loads a model that was dropped for nothing.</summary>
    private void Restore(Step step)
    {
        if (step.Dropped is not { } dropped || step.Ticket is not null) return;
        try
        {
            using var bundle = ModelBundle.Open(dropped.Path, BundleLimits.Default);
            var restored = preparation.Load(bundle, step.Worker, step.Loop!);
            if (step.Loop!.Parts.Slot.Offer(restored.Model) is null) restored.Model.Dispose();
        }
        // It has run until now, but its file may have gone: the pipeline begins anew with whatever is active, and says so until it can.
        catch (Exception e)
        {
            step.Loop!.Parts.Slot.Fail(e);
        }
    }

    private void Report(Step step, SwapOutcome outcome, string words, SwapExchange? exchange = null)
    {
        var result = new PipelineSwap(
            step.Worker.Name, outcome, outcome is SwapOutcome.Swapped or SwapOutcome.Pending ? step.Mode : null, step.From, _title.Length > 0 ? _title : Path.GetFileName(path), words,
            timeProvider.GetUtcNow(), step.Prepared?.LoadMs, step.Prepared?.WarmUpMs, exchange?.PauseMicroseconds, exchange?.WaitedWindows);
        step.Result = result;
        step.Worker.LastSwap = result;
        Reported?.Invoke(step.Worker, result);
    }

    // The bundle's bytes were managed arrays, the models' native ones: both go back to the system now and not when it suits the collector. The
    // collection runs in the background, or it would hold up the pipelines' threads.
    private static void Reclaim()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: false);
        ProcessHeap.Trim();
    }

    private sealed class Step(PipelineWorker worker)
    {
        public PipelineWorker Worker { get; } = worker;

        public PipelineLoop? Loop { get; set; } = worker.Loop;

        public string? From { get; } = worker.Loop?.Parts.Model.Title;

        public SwapMode? Mode { get; set; }

        public string Words { get; set; } = "";

        public PreparedModel? Prepared { get; set; }

        public ServingModel? Dropped { get; set; }

        public SwapTicket? Ticket { get; set; }

        public Task<Exception?>? Start { get; set; }

        public PipelineSwap? Result { get; set; }
    }
}
