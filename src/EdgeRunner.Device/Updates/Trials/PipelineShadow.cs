using EdgeRunner.Device.Decisions;
using EdgeRunner.Device.Guards;
using EdgeRunner.Device.Pipelines;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Device.Updates.Trials;

/// <summary>Runs a new version on copies of one pipeline's windows and compares. Lives on one thread, which is not the pipeline's.</summary>
internal sealed class PipelineShadow : IDisposable
{
    /// <summary>Windows in which two models that carry a state and began at different times come together.</summary>
    private const int SettlingWindows = 32;

    private readonly PipelineWorker _worker;
    private readonly PipelineLoop _loop;
    private readonly ServingModel _old;
    private readonly ServingModel _new;
    private readonly ModelGuard _guard;
    private readonly ShadowFeed _feed;
    private readonly bool _isLike;
    private readonly bool _areNumbers;
    private int _settling;

    /// <summary>Begins; the models' windows come from now on.</summary>
    /// <param name="worker">The pipeline.</param>
    /// <param name="loop">What it runs now.</param>
    /// <param name="old">The model it runs now.</param>
    /// <param name="candidate">The new one; owned from now on.</param>
    /// <param name="guard">Breaks its runs off; owned from now on.</param>
    public PipelineShadow(PipelineWorker worker, PipelineLoop loop, ServingModel old, ServingModel candidate, ModelGuard guard)
    {
        (_worker, _loop, _old, _new, _guard) = (worker, loop, old, candidate, guard);
        _isLike = candidate.Decisions.IsLike(old.Decisions);
        _areNumbers = IsReal(old.Output) && IsReal(candidate.Output) && ModelFit.CountElements(old.Output.Spec) == ModelFit.CountElements(candidate.Output.Spec);
        Result = new ShadowComparison(worker.Name);
        loop.Shadow = _feed = new ShadowFeed(old);
    }

    /// <summary>What came of it so far.</summary>
    public ShadowComparison Result { get; }

    /// <summary>True when the new version is so bad that its guard would have turned it off.</summary>
    public bool IsOff { get; private set; }

    /// <summary>True when no more windows come: the pipeline has ended or begun anew, or has another model.</summary>
    public bool IsOver => _worker.Loop != _loop || !ReferenceEquals(_loop.Parts.Model, _old) || _loop.Guard.Off is not null;

    /// <summary>Looks at one window.</summary>
    /// <returns>False when there is none.</returns>
    public bool TryNext()
    {
        Result.Skipped = _feed.Skipped;
        if (IsOff || _feed.Peek() is not { } slot) return false;
        try
        {
            if (slot.AfterBreak) Begin(slot);
            Compare(slot);
        }
        finally
        {
            _feed.Release();
        }

        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _loop.Shadow = null;
        _guard.Dispose();
        _new.Dispose();
    }

    private void Begin(ShadowFeed.Slot slot)
    {
        _new.Instance.ResetState();
        if (_isLike) _new.Decisions.Resume(slot.Before);
        else _new.Decisions.Reset();
        _settling = _new.Instance.Manifest.States.Count > 0 ? SettlingWindows : 0;
    }

    private void Compare(ShadowFeed.Slot slot)
    {
        slot.Input.CopyTo(_new.Input.Tensor.Bytes);
        var fault = _guard.Run(_new, out var error);
        var decision = fault == FaultKind.None ? _new.Decide() : _new.Decisions.Reject();
        if (fault == FaultKind.None && !decision.IsValid) fault = FaultKind.BadLabel;
        if (fault is FaultKind.NaN or FaultKind.Infinite) _new.Instance.ResetState();
        if (_guard.Count(fault)) IsOff = true;
        if (fault != FaultKind.None)
        {
            Result.Failed++;
            Result.LastFault = error is null ? fault.Sentence() : $"{fault.Sentence()} ({error.Message})";
        }
        else if (_settling > 0)
        {
            _settling--;
            Result.Settling++;
        }
        else
        {
            Result.Compared++;
            if (string.Equals(Name(_old, slot.Label), Name(_new, decision.Label), StringComparison.Ordinal)) Result.Agreed++;
            if (_areNumbers) CompareNumbers(slot.Output);
        }
    }

    private void CompareNumbers(byte[] output)
    {
        var (oldType, newType) = (_old.Output.Spec.Type, _new.Output.Spec.Type);
        var bytes = _new.Output.Tensor.Bytes;
        var count = (int)ModelFit.CountElements(_new.Output.Spec);
        for (var i = 0; i < count; i++)
        {
            var difference = Math.Abs(ElementReader.Read(oldType, output, i) - ElementReader.Read(newType, bytes, i));
            Result.LargestDifference = Math.Max(Result.LargestDifference, difference);
            Result.SumOfDifferences += difference;
        }

        Result.Elements += count;
    }

    private static string? Name(ServingModel model, int label) => label == Decision.None ? null : model.Decisions.Labels[label];

    private static bool IsReal(Inference.Sessions.ModelPort port) =>
        port.Spec.Type is TensorElementType.Float32 or TensorElementType.Float64 or TensorElementType.Float16 or TensorElementType.BFloat16;
}
