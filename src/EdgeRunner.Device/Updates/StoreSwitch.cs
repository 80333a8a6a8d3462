using EdgeRunner.Device.ModelStore;
using EdgeRunner.Device.Swaps;

namespace EdgeRunner.Device.Updates;

/// <summary>Changes what serves where no pipeline runs: only the store. Pipelines take it at their next start.</summary>
internal sealed class StoreSwitch(BundleStore bundles) : IModelSwitch
{
    /// <inheritdoc/>
    public Task<ActivationReport> ActivateAsync(string model, string version, long? peakBytes, Action begins, CancellationToken cancellationToken) =>
        Done(model, version, () =>
        {
            begins();
            bundles.Activate(model, version);
        });

    /// <inheritdoc/>
    public Task<ActivationReport> ReturnAsync(string model, string version, CancellationToken cancellationToken) =>
        Done(model, version, () => bundles.Return(model, version));

    /// <inheritdoc/>
    public Task WithdrawAsync(string model, string words, CancellationToken cancellationToken) => Task.CompletedTask;

    private static Task<ActivationReport> Done(string model, string version, Action change)
    {
        change();
        return Task.FromResult(new ActivationReport(model, version, Activated: true, null, []));
    }
}
