using EdgeRunner.Device.Pipelines;
using EdgeRunner.Inference.Sessions;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Device.Guards;

/// <summary>Runs a pipeline's model so that whatever it does wrong is cut off, named and counted, and turns it off when that is too much. The pipeline's
/// thread, except where it says otherwise.</summary>
internal sealed class ModelGuard(GuardOptions options, RunDeadline deadline, PipelineCounters counters, TimeProvider timeProvider) : IDisposable
{
    private readonly ErrorBudget _budget = new(options);
    private ModelOff? _off;

    /// <summary>Why the model is off; null while it serves. Any thread.</summary>
    public ModelOff? Off => Volatile.Read(ref _off);

    /// <summary>True when a model that is off has waited long enough to be loaded anew. Any thread.</summary>
    public bool IsRetryDue => options.RetryAfterSeconds > 0 && Off is { } off
        && timeProvider.GetElapsedTime(Math.Max(off.SinceTimestamp, Volatile.Read(ref _retriedAt))) >= TimeSpan.FromSeconds(options.RetryAfterSeconds);

    private long _retriedAt;

    /// <summary>A retry begins; the next is due a whole pause later. Any thread.</summary>
    public void MarkRetry() => Volatile.Write(ref _retriedAt, timeProvider.GetTimestamp());

    /// <summary>One run over what the input holds. The outputs may be used only when it returns <see cref="FaultKind.None"/>.</summary>
    /// <param name="model">The model.</param>
    /// <param name="error">The engine's words, when it had any.</param>
    public FaultKind Run(ServingModel model, out OrtException? error)
    {
        error = null;
        deadline.Begin();
        try
        {
            model.Instance.Run(deadline.Options);
        }
        catch (OrtException e)
        {
            error = e;
            return deadline.End() ? FaultKind.Timeout : FaultKind.RunError;
        }

        if (deadline.End()) return FaultKind.Timeout;
        return options.CheckOutputs ? CheckOutputs(model) : FaultKind.None;
    }

    /// <summary>Takes what became of one window.</summary>
    /// <returns>True when the model has to be turned off.</returns>
    public bool Count(FaultKind fault)
    {
        if (fault != FaultKind.None) counters.CountFault(fault);
        return _budget.Count(fault);
    }

    /// <summary>Turns the model off.</summary>
    /// <param name="last">What was wrong with the last window.</param>
    /// <param name="detail">The engine's words, when it had any.</param>
    public ModelOff TurnOff(FaultKind last, string? detail)
    {
        var off = new ModelOff(
            $"{_budget.Describe()}; the last one: {last.Sentence()}{(detail is null ? "" : $" ({detail})")}", timeProvider.GetUtcNow(), timeProvider.GetTimestamp());
        Volatile.Write(ref _off, off);
        return off;
    }

    /// <summary>Another model, or the same loaded anew, takes over with a budget of its own.</summary>
    public void TurnOn()
    {
        _budget.Reset();
        Volatile.Write(ref _off, null);
    }

    /// <summary>Breaks off the present run and every later one. Any thread.</summary>
    public void Stop() => deadline.Stop();

    /// <inheritdoc/>
    public void Dispose() => deadline.Dispose();

    private static FaultKind CheckOutputs(ServingModel model)
    {
        foreach (var output in model.CheckedOutputs)
        {
            var fault = OutputFaults.Find(output.Spec, output.Tensor.Bytes);
            if (fault != OutputFault.None) return FaultKinds.Of(fault);
        }

        return FaultKind.None;
    }
}
