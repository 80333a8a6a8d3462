using EdgeRunner.Device.Configuration;
using EdgeRunner.Native.Linux;

namespace EdgeRunner.Device.Health;

/// <summary>Registers states, logs, status and the talk with systemd.</summary>
internal static class HealthRegistration
{
    /// <summary>Log lines to standard error, in journald's form where journald reads them.</summary>
    public static ILoggingBuilder AddJournal(this ILoggingBuilder logging, LoggingOptions options)
    {
        // JOURNAL_STREAM is set by systemd for a service whose output goes to the journal (systemd.exec(5)).
        var isJournal = Environment.GetEnvironmentVariable("JOURNAL_STREAM") is { Length: > 0 };
        logging.SetMinimumLevel(options.Level);
        // The framework's own lines about starting and stopping say nothing that ours do not.
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.Services.AddSingleton<ILoggerProvider>(
            services => new JournalLoggerProvider(Console.Error, isJournal, options.RepeatsPerMinute, services.GetRequiredService<TimeProvider>()));
        return logging;
    }

    /// <summary>The state board, <c>status.log</c>, the status and systemd's notifier.</summary>
    public static IServiceCollection AddHealth(this IServiceCollection services, DeviceConfiguration options)
    {
        services.AddSingleton(options.Health);
        services.AddSingleton(provider => new StatusLog(
            options.Storage.LogDirectory, options.Logging.StatusLogMaxBytes, options.Logging.RepeatsPerMinute, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<StatusLog>>()));
        services.AddSingleton<StateBoard>();
        services.AddSingleton<ProgressBoard>();
        services.AddSingleton<StatusReporter>();
        services.AddSingleton(_ => SystemdNotifier.FromEnvironment());
        return services;
    }
}
