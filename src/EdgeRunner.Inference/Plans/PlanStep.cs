using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Plans;

/// <summary>A kernel over tensors that are fixed when it is made. A run reads and writes native memory in place and allocates nothing.
/// Not thread-safe, but two steps that do not read each other's results may run at once.</summary>
internal abstract class PlanStep : IDisposable
{
    /// <summary>Fills the step's results from what it reads.</summary>
    /// <param name="options">Lets another thread break the run off; null for none.</param>
    /// <exception cref="OrtException">ONNX Runtime failed, or the run was broken off.</exception>
    /// <exception cref="ObjectDisposedException">A tensor is disposed.</exception>
    internal abstract void Run(OrtRunOptions? options);

    /// <summary>Releases what the step holds; not its tensors, which the plan owns.</summary>
    public void Dispose() => Release();

    private protected virtual void Release()
    {
    }
}
