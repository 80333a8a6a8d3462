using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.Guards;
using EdgeRunner.Device.ModelStore;
using EdgeRunner.Device.Sensors;

namespace EdgeRunner.Device.Pipelines;

/// <summary>Registers the engine, the model store and the pipelines.</summary>
internal static class PipelineRegistration
{
    /// <summary>Everything from the sensor to the decision.</summary>
    public static IServiceCollection AddPipelines(this IServiceCollection services, DeviceConfiguration options)
    {
        services.AddSingleton(options.Inference);
        services.AddSingleton(options.Storage);
        services.AddSingleton<InferenceEngine>();
        services.AddSingleton(new BundleStore(options.Storage.StateDirectory));
        services.AddSingleton(provider => new SampleSourceFactory(provider.GetRequiredService<TimeProvider>(), Random.Shared, provider.GetRequiredService<ILoggerFactory>()));
        services.AddSingleton<RunWatchdog>();
        services.AddSingleton<PipelineHost>();
        services.AddHostedService(provider => provider.GetRequiredService<PipelineHost>());
        return services;
    }
}
