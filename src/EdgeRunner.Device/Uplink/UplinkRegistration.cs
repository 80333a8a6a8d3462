using EdgeRunner.Device.Telemetry;

namespace EdgeRunner.Device.Uplink;

/// <summary>Registers the broker connection and what goes over it.</summary>
internal static class UplinkRegistration
{
    /// <summary>The session, the outbox's way to it and the report.</summary>
    public static IServiceCollection AddUplink(this IServiceCollection services)
    {
        services.AddSingleton<BrokerConnection>();
        services.AddSingleton<ITelemetryUplink, TelemetryUplink>();
        services.AddHostedService(provider => provider.GetRequiredService<BrokerConnection>());
        services.AddHostedService<ReportPublisher>();
        return services;
    }
}
