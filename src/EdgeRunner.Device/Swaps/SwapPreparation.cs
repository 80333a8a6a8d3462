using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.Guards;
using EdgeRunner.Device.Pipelines;
using EdgeRunner.Inference.Bundles;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Device.Swaps;

/// <summary>Loads a new model for a pipeline that runs, and tries it, before the pipeline sees it. Whatever is wrong with it is an exception here.</summary>
/// <param name="engine">ONNX Runtime.</param>
/// <param name="watchdog">Breaks off a model that does not come back.</param>
/// <param name="options">The reserve.</param>
/// <param name="readAvailable">Bytes of memory that are left; null when the kernel does not tell.</param>
/// <param name="timeProvider">Measures.</param>
internal sealed class SwapPreparation(InferenceEngine engine, RunWatchdog watchdog, InferenceOptions options, Func<long?> readAvailable, TimeProvider timeProvider)
{
    /// <summary>Runs after the golden cases: the first makes buffers, the next few settle the branch predictor and the arena.</summary>
    private const int WarmUpRuns = 8;

    /// <summary>Longest trial of a model: golden cases and warm-up together.</summary>
    private static readonly TimeSpan LongestTrial = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan ShortestTrial = TimeSpan.FromSeconds(5);

    /// <summary>How the new model would be loaded.</summary>
    public MemoryPlan Plan(ModelBundle bundle, long? measuredBytes, PipelineWorker worker, PipelineLoop loop)
    {
        var mayDrop = worker.Options.Model!.AllowDropFirst || loop.Guard.Off is not null; // Nobody waits for a model that is off.
        return MemoryPlan.Of(MemoryNeed.Of(bundle, measuredBytes), readAvailable(), options.SwapReserveBytes, loop.Parts.Model.MemoryBytes, mayDrop);
    }

    /// <summary>Whether there is room now, after the old model has gone.</summary>
    /// <exception cref="SwapRefusedException">There is not.</exception>
    public void RequireRoom(ModelBundle bundle, long? measuredBytes)
    {
        var plan = MemoryPlan.Of(MemoryNeed.Of(bundle, measuredBytes), readAvailable(), options.SwapReserveBytes, 0, mayDropFirst: true);
        if (plan.Mode != SwapMode.Beside) throw new SwapRefusedException($"there is too little memory even after the old one has gone: {plan.Words}", mayPass: true);
    }

    /// <summary>Whether there is room for the new model beside the old one, which stays.</summary>
    /// <exception cref="SwapRefusedException">There is not.</exception>
    public void RequireRoomBeside(ModelBundle bundle)
    {
        var plan = MemoryPlan.Of(MemoryNeed.Of(bundle, measuredBytes: null), readAvailable(), options.SwapReserveBytes, 0, mayDropFirst: false);
        if (plan.Mode != SwapMode.Beside) throw new SwapRefusedException(plan.Words);
    }

    /// <summary>A guard for a model that runs outside of its pipeline; dispose it.</summary>
    public ModelGuard Guard(GuardOptions guard) =>
        new(guard, watchdog.Watch(engine.Get().OnnxRuntime, TimeSpan.FromMilliseconds(guard.RunTimeoutMs)), new PipelineCounters(), timeProvider);

    /// <summary>Checks that the pipeline can use the model, from the manifest alone.</summary>
    /// <exception cref="Exception">It cannot; the message says which port or label is wrong.</exception>
    public static ModelFit Fit(ModelBundle bundle, PipelineWorker worker, PipelineLoop loop)
    {
        var fit = ModelFit.Of(worker.Options, bundle.Manifest);
        loop.Parts.Assembler.Fit(fit.Input.Type, ModelFit.CountElements(fit.Input), fit.Input.Name);
        return fit;
    }

    /// <summary>Loads the model, runs its golden cases, and warms it up.</summary>
    /// <exception cref="Exception">It cannot be loaded, answers wrongly, or takes too long. Nothing is left of it.</exception>
    public PreparedModel Load(ModelBundle bundle, PipelineWorker worker, PipelineLoop loop)
    {
        var begin = timeProvider.GetTimestamp();
        var model = ServingModel.Load(bundle, Fit(bundle, worker, loop), worker.Name, loop.Parts.Assembler, engine.Get(), engine.LoadOptions(worker.Options));
        try
        {
            var loaded = timeProvider.GetTimestamp();
            Try(model, worker.Options.Guard);
            return new PreparedModel(model, Milliseconds(timeProvider.GetElapsedTime(begin, loaded)), Milliseconds(timeProvider.GetElapsedTime(loaded)));
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private void Try(ServingModel model, GuardOptions guard)
    {
        var runtime = engine.Get().OnnxRuntime;
        // Ten times what one run may take: golden cases are several runs, and the first is cold.
        var limit = guard.RunTimeoutMs > 0 ? TimeSpan.FromMilliseconds(Math.Clamp(10 * guard.RunTimeoutMs, ShortestTrial.TotalMilliseconds, LongestTrial.TotalMilliseconds)) : LongestTrial;
        using var deadline = watchdog.Watch(runtime, limit);
        deadline.Begin();
        var golden = model.Instance.SelfTest(deadline.Options);
        var failed = golden.Cases.FirstOrDefault(result => !result.Passed);
        if (failed is null) WarmUp(model, deadline);
        RequireInTime(deadline);
        if (failed is not null) throw new SwapRefusedException($"golden case {failed.Name} failed: {string.Join("; ", failed.Problems)}");
        // The load leaves the arena larger than a run needs; one run with shrinkage gives that back, and one more takes what every run takes.
        using var shrinking = watchdog.Watch(runtime, limit);
        shrinking.Options.ShrinkArenaAfterRun();
        RunOnce(model, shrinking);
        RunOnce(model, deadline);
        model.Instance.ResetState();
    }

    // Over the last golden input, or zeros: zeros may be no input this model can take, so an error says nothing. Only a run that does not end does.
    private static void WarmUp(ServingModel model, RunDeadline deadline)
    {
        try
        {
            for (var run = 0; run < WarmUpRuns; run++) model.Instance.Run(deadline.Options);
        }
        catch (OrtException)
        {
            // Broken off, or not made for this input.
        }
    }

    private static void RunOnce(ServingModel model, RunDeadline deadline)
    {
        deadline.Begin();
        try
        {
            model.Instance.Run(deadline.Options);
        }
        catch (OrtException)
        {
            // As in the warm-up.
        }

        RequireInTime(deadline);
    }

    private static void RequireInTime(RunDeadline deadline)
    {
        if (deadline.End()) throw new SwapRefusedException($"its golden cases and warm-up did not end within {deadline.Timeout.TotalSeconds:0.#} s");
    }

    private static double Milliseconds(TimeSpan time) => Math.Round(time.TotalMilliseconds, 2);
}
