using EdgeRunner.Device.Swaps;

namespace EdgeRunner.Device.Updates;

/// <summary>The daemon's <see cref="IModelSwitch"/>.</summary>
internal sealed class ActivatorSwitch(ModelActivator activator) : IModelSwitch
{
    /// <inheritdoc/>
    public Task<ActivationReport> ActivateAsync(string model, string version, long? peakBytes, Action begins, CancellationToken cancellationToken) =>
        activator.ActivateAsync(model, version, peakBytes, begins, cancellationToken);

    /// <inheritdoc/>
    public Task<ActivationReport> ReturnAsync(string model, string version, CancellationToken cancellationToken) => activator.ReturnAsync(model, version, cancellationToken);

    /// <inheritdoc/>
    public Task WithdrawAsync(string model, string words, CancellationToken cancellationToken) => activator.WithdrawAsync(model, words, cancellationToken);
}
