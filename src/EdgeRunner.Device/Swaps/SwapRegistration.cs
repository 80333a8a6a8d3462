using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.Guards;
using EdgeRunner.Device.Pipelines;
using EdgeRunner.Native.Linux;

namespace EdgeRunner.Device.Swaps;

/// <summary>Registers what exchanges models while pipelines run.</summary>
internal static class SwapRegistration
{
    /// <summary>The activator, and the recovery of models that were turned off.</summary>
    public static IServiceCollection AddModelSwaps(this IServiceCollection services)
    {
        services.AddSingleton(provider => new SwapPreparation(
            provider.GetRequiredService<InferenceEngine>(),
            provider.GetRequiredService<RunWatchdog>(),
            provider.GetRequiredService<InferenceOptions>(),
            () => AvailableMemory.Read(),
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<SwapEvents>();
        services.AddSingleton<ModelActivator>();
        services.AddHostedService<ModelRecovery>();
        return services;
    }
}
