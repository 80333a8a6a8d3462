namespace EdgeRunner.Native.OnnxRuntime;

/// <summary>A run whose names and tensors are fixed: <see cref="Run"/> is one native call and allocates nothing in managed memory. Write the
/// inputs in place, run, read the outputs in place. Not thread-safe; make one for each thread.</summary>
/// <remarks>Keeps the session and the bound tensors alive, also when their owners dispose them first.</remarks>
public sealed unsafe class OrtPreparedRun : IDisposable
{
    private readonly OrtSession _session;
    private readonly OrtBoundRunHandle _bound;
    private readonly delegate* unmanaged[Cdecl]<nint, nint, byte**, nint*, nuint, byte**, nuint, nint*, nint> _run;
    private readonly nint _sessionPointer;
    private readonly nuint _inputCount;
    private readonly nuint _outputCount;

    internal OrtPreparedRun(OrtSession session, IReadOnlyList<OrtBinding> inputs, IReadOnlyList<OrtBinding> outputs)
    {
        _session = session;
        _bound = new OrtBoundRunHandle(session, inputs, outputs);
        _run = session.Runtime.Api->Run;
        _sessionPointer = session.Handle.DangerousGetHandle(); // Held by _bound.
        _inputCount = (nuint)inputs.Count;
        _outputCount = (nuint)outputs.Count;
    }

    /// <summary>Runs the model on what the input tensors hold now. Blocks until the outputs are written.</summary>
    /// <param name="options">Lets another thread break the run off; null for none.</param>
    /// <exception cref="OrtException">The run failed; the outputs hold anything.</exception>
    /// <exception cref="ObjectDisposedException">This run or the options are disposed.</exception>
    public void Run(OrtRunOptions? options = null)
    {
        nint status;
        using (_bound.Lease())
        {
            _bound.DropDynamicOutputs();
            if (options is null)
            {
                status = Call(0);
            }
            else
            {
                using var lease = options.Handle.Lease();
                status = Call(lease.Value);
            }
        }
        if (status != 0)
        {
            ThrowRunFailed(status);
        }
    }

    /// <summary>An output that the last run allocated; the caller owns it from now on.</summary>
    /// <param name="index">Its position in the outputs given to <see cref="OrtSession.Prepare"/>.</param>
    /// <exception cref="InvalidOperationException">That output is bound to a tensor, was taken already, or there was no successful run.</exception>
    public OrtTensor TakeOutput(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, (int)_outputCount);
        using var lease = _bound.Lease();
        if (!_bound.IsDynamic(index))
        {
            throw new InvalidOperationException($"Output {index} is bound to a tensor; read that one");
        }
        var value = _bound.Outputs[index];
        if (value == 0)
        {
            throw new InvalidOperationException($"Output {index} is not there: no run has made it, or it was taken already");
        }
        _bound.Outputs[index] = 0;
        return OrtTensor.Take(_session.Runtime, value, _session.Handle);
    }

    /// <summary>Releases the run and its hold on the session and the tensors.</summary>
    public void Dispose() => _bound.Dispose();

    private nint Call(nint options) =>
        _run(_sessionPointer, options, _bound.InputNames, _bound.Inputs, _inputCount, _bound.OutputNames, _outputCount, _bound.Outputs);

    private void ThrowRunFailed(nint status) => _session.Runtime.Check(status, $"running {_session.Description}");
}
