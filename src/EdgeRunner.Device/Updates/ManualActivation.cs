using EdgeRunner.Device.ModelStore;
using EdgeRunner.Device.Pipelines;
using EdgeRunner.Device.Swaps;
using EdgeRunner.Device.Updates.States;

namespace EdgeRunner.Device.Updates;

/// <summary><c>edgerunner model activate</c> in the daemon: through the updates, so that they know of it, and with what became of it in each pipeline.</summary>
internal sealed class ManualActivation(ModelActivator activator, IUpdateControl control, PipelineHost pipelines, BundleStore bundles, UpdateStore states)
{
    /// <summary>Makes an installed version the active one; the one in use is loaded anew.</summary>
    /// <param name="model">The model.</param>
    /// <param name="version">The version.</param>
    /// <param name="peakBytes">Memory that a probe has measured; null for what the manifest declares.</param>
    /// <param name="cancellationToken">Gives up waiting; a change that has begun is finished.</param>
    public async Task<ActivationReport> ActivateAsync(string model, string version, long? peakBytes, CancellationToken cancellationToken)
    {
        // Of a version that is not there, and of one that serves, updates need not hear; the words are the activator's.
        if (bundles.FindBundle(model, version) is null) return await activator.ActivateAsync(model, version, peakBytes, cancellationToken).ConfigureAwait(false);
        if (ManualChange.FindObstacle(bundles, states.Read(model), version) is { } obstacle) return new ActivationReport(model, version, Activated: false, obstacle.Words, []);
        if (string.Equals(bundles.InUse(model), version, StringComparison.Ordinal)) return await activator.ActivateAsync(model, version, peakBytes, cancellationToken).ConfigureAwait(false);
        List<(PipelineWorker Worker, PipelineSwap? Before)> users =
            [.. pipelines.Workers.Where(worker => string.Equals(worker.Options.Model?.Name, model, StringComparison.Ordinal)).Select(worker => (worker, worker.LastSwap))];
        var answer = await control.ActivateAsync(model, version, cancellationToken).ConfigureAwait(false);
        List<PipelineSwap> swaps = [.. users.Where(user => user.Worker.LastSwap != user.Before).Select(user => user.Worker.LastSwap).OfType<PipelineSwap>()];
        return new ActivationReport(model, version, answer.Done, answer.Done ? null : answer.Words, swaps);
    }
}
