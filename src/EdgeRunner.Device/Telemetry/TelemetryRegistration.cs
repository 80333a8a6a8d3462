using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace EdgeRunner.Device.Telemetry;

/// <summary>Registers the outbox.</summary>
internal static class TelemetryRegistration
{
    /// <summary>Adds <see cref="TelemetryIntake"/> for pipelines, <see cref="TelemetryOutbox"/> for status, and the two workers. Needs a
    /// <see cref="TimeProvider"/> and an <see cref="ITelemetryUplink"/>. Register before the pipelines: the host stops services in
    /// reverse order, so they end first, then the uploader, then the committer with the last commit.</summary>
    /// <exception cref="OptionsValidationException">A value is out of its range; the message has all of them.</exception>
    internal static IServiceCollection AddTelemetry(this IServiceCollection services, TelemetryOptions options)
    {
        var validation = new TelemetryOptionsValidator().Validate(null, options);
        if (validation.Failed)
            throw new OptionsValidationException("telemetry", typeof(TelemetryOptions), validation.Failures);
        services.AddSingleton(options);
        services.TryAddSingleton<IClockAnchorSource, KernelClockAnchors>();
        services.AddSingleton<TelemetryIntake>();
        services.AddSingleton<TelemetryOutbox>();
        services.AddHostedService<TelemetryCommitter>();
        services.AddHostedService<TelemetryUploader>();
        return services;
    }
}
