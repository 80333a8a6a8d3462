using EdgeRunner.Fleet.Depot.Fairness;
using EdgeRunner.Fleet.Depot.Files;
using EdgeRunner.Fleet.Depot.Grouping;
using EdgeRunner.Fleet.Depot.Http;
using EdgeRunner.Fleet.Depot.Requests;
using EdgeRunner.Fleet.Depot.Timestamps;
using EdgeRunner.Native.Linux;

namespace EdgeRunner.Fleet.Depot;

/// <summary>Puts a depot together. The one place where every part is made; hosted services start in the order of their lines, and stop in the other.</summary>
internal static class DepotHost
{
    /// <summary>Time that the stop of all services may take beside <see cref="DepotOptions.StopTime"/>.</summary>
    private static readonly TimeSpan StopMargin = TimeSpan.FromSeconds(5);

    /// <summary>Builds a depot; nothing runs yet.</summary>
    /// <param name="options">Checked.</param>
    /// <param name="timeProvider">Clock.</param>
    /// <param name="log">Where lines go; owned by the host.</param>
    internal static IHost Build(DepotOptions options, TimeProvider timeProvider, ILoggerProvider log)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "edgefleet", ContentRootPath = "/" });
        // The framework's own lines about starting and stopping say nothing that ours do not.
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Logging.AddProvider(log);
        builder.Services.AddSingleton(timeProvider);
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton<DepotCounters>();
        builder.Services.AddSingleton<DepotHealth>();
        builder.Services.AddSingleton<DepotPulse>();
        builder.Services.AddSingleton<PublishedFiles>();
        builder.Services.AddSingleton(_ => SystemdNotifier.FromEnvironment());
        builder.Services.AddHostedService<DepotNotifications>();
        builder.Services.AddSingleton<RepositoryWatch>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<RepositoryWatch>());
        builder.Services.AddHostedService<TimestampRefresher>();
        builder.Services.AddDepotHttp(options);
        builder.Services.AddDepotBroker(options);
        builder.Services.Configure<ConsoleLifetimeOptions>(lifetime => lifetime.SuppressStatusMessages = true);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.StopTime + StopMargin);
        return builder.Build();
    }

    /// <summary>The MQTT side; nothing when no broker is named.</summary>
    private static void AddDepotBroker(this IServiceCollection services, DepotOptions options)
    {
        if (options.Broker is null)
        {
            return;
        }
        services.AddSingleton<DepotConnection>();
        services.AddHostedService(provider => provider.GetRequiredService<DepotConnection>());
        services.AddSingleton<LaneRing>();
        services.AddSingleton(provider => new ChunkIndexCache(provider.GetRequiredService<PublishedFiles>(), ChunkIndexCache.DefaultBytes));
        services.AddSingleton<ChunkGroups>();
        services.AddSingleton<TransferLog>();
        services.AddSingleton<RequestDesk>();
        services.AddSingleton<AnswerPump>();
        services.AddHostedService<DepotServer>();
        services.AddHostedService<TimestampPublisher>();
    }
}
