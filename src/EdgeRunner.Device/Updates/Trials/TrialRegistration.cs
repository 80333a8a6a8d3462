using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.Health;
using EdgeRunner.Device.ModelStore;
using EdgeRunner.Device.Pipelines;
using EdgeRunner.Device.Swaps;

namespace EdgeRunner.Device.Updates.Trials;

/// <summary>Registers trials and what they compare with.</summary>
internal static class TrialRegistration
{
    /// <summary>The runner, and the history of what each version did.</summary>
    public static IServiceCollection AddTrials(this IServiceCollection services, DeviceConfiguration options)
    {
        services.AddSingleton(provider => new ServingHistory(options.Storage.StateDirectory, words => provider.GetRequiredService<StateBoard>().Warn("updates", words)));
        services.AddSingleton<ITrialRunner>(provider => new TrialRunner(
            provider.GetRequiredService<PipelineHost>(),
            provider.GetRequiredService<BundleStore>(),
            provider.GetRequiredService<SwapPreparation>(),
            provider.GetRequiredService<ServingHistory>(),
            options.Updates.Trial,
            provider.GetRequiredService<TimeProvider>()));
        services.AddHostedService<ServingHistoryKeeper>();
        return services;
    }
}
