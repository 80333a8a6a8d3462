using EdgeRunner.Device.ModelStore;
using EdgeRunner.Device.Swaps;

namespace EdgeRunner.Device.Updates.Offline;

/// <summary>Without a daemon no new version begins to serve: nobody would watch it. Going back is done in the store.</summary>
internal sealed class OfflineSwitch(BundleStore bundles) : IModelSwitch
{
    private readonly StoreSwitch _store = new(bundles);

    /// <inheritdoc/>
    /// <exception cref="DaemonNeededException">Always.</exception>
    public Task<ActivationReport> ActivateAsync(string model, string version, long? peakBytes, Action begins, CancellationToken cancellationToken)
    {
        begins(); // The trial is what the daemon goes on with.
        throw new DaemonNeededException();
    }

    /// <inheritdoc/>
    public Task<ActivationReport> ReturnAsync(string model, string version, CancellationToken cancellationToken) => _store.ReturnAsync(model, version, cancellationToken);

    /// <inheritdoc/>
    public Task WithdrawAsync(string model, string words, CancellationToken cancellationToken) => _store.WithdrawAsync(model, words, cancellationToken);
}
