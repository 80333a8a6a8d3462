using EdgeRunner.Device.Configuration;

namespace EdgeRunner.Device.Probing;

/// <summary>Opens and runs a bundle in a child process under limits, so that whatever the file does to native code happens there. Thread-safe; each
/// probe has a child and a thread of its own.</summary>
/// <param name="inference">How the daemon would run the model.</param>
/// <param name="program">The program to start; null is this one.</param>
/// <param name="time">For the wall time.</param>
internal sealed class ModelProbe(InferenceOptions inference, TimeProvider time, ProbeProgram? program = null)
{
    // A managed frame or two, a JSON reader: a quarter of the default stack.
    private const int StackBytes = 512 << 10;

    /// <summary>Probes a bundle. Every ending, a crash of the child included, is a report and no exception.</summary>
    /// <param name="bundlePath">The file.</param>
    /// <param name="limits">What is not set comes from the bundle or the defaults.</param>
    /// <param name="cancellationToken">Kills the child.</param>
    /// <exception cref="OperationCanceledException">It was cancelled; the child is dead.</exception>
    public Task<ProbeReport> RunAsync(string bundlePath, ProbeLimits limits, CancellationToken cancellationToken)
    {
        var request = new ProbeRequest(
            Path.GetFullPath(bundlePath), Environment.ProcessId, limits, inference.OnnxRuntime, inference.IntraOpThreads, inference.AllowSpinning,
            inference.Providers);
        var ended = new TaskCompletionSource<ProbeReport>(TaskCreationOptions.RunContinuationsAsynchronously);
        // Not the thread pool: the kernel kills the child when the thread that started it ends (ProcessRestraint.DieWithParent), and the
        // memory of the child must be looked at every few milliseconds whatever else this process does.
        var thread = new Thread(() => Run(request, bundlePath, ended, cancellationToken), StackBytes) { IsBackground = true, Name = "model probe" };
        thread.Start();
        return ended.Task;
    }

    private void Run(ProbeRequest request, string bundlePath, TaskCompletionSource<ProbeReport> ended, CancellationToken cancellationToken)
    {
        try
        {
            ended.SetResult(new ProbeSupervisor(program ?? ProbeProgram.Self, request, bundlePath, time).Run(cancellationToken));
        }
        catch (OperationCanceledException)
        {
            ended.SetCanceled(cancellationToken);
        }
        // Nothing is expected here; the caller gets it rather than the process.
        catch (Exception e)
        {
            ended.SetException(e);
        }
    }
}
