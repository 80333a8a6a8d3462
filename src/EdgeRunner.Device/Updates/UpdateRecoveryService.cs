using EdgeRunner.Device.Updates.States;

namespace EdgeRunner.Device.Updates;

/// <summary>Runs the recovery. Registered before the pipelines, which load models when they start.</summary>
internal sealed class UpdateRecoveryService(UpdateRecovery recovery, DamagedBundles damaged) : IHostedService
{
    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        recovery.Run();
        damaged.Remind();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
