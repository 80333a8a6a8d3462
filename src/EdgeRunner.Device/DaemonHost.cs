using System.Reflection;
using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.Health;
using EdgeRunner.Device.ModelStore;
using EdgeRunner.Device.Pipelines;
using EdgeRunner.Device.Serving;
using EdgeRunner.Device.Swaps;
using EdgeRunner.Device.Telemetry;
using EdgeRunner.Device.Updates;
using EdgeRunner.Device.Updates.States;
using EdgeRunner.Device.Uplink;
using EdgeRunner.Native.Linux;

namespace EdgeRunner.Device;

/// <summary>Puts the daemon together. The one place where every part is made; the order of the hosted services is the order of the start, and
/// the stop goes the other way: pipelines first, then the uplink, the outbox last.</summary>
internal static class DaemonHost
{
    /// <summary>Version of this program.</summary>
    public static string Version { get; } =
        typeof(DaemonHost).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0.0.0";

    /// <summary>Builds the daemon; nothing runs yet.</summary>
    public static IHost Build(ConfigurationResult configuration, RunMode mode)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "edgerunner", ContentRootPath = "/" });
        var options = configuration.Configuration;
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(configuration);
        builder.Services.AddSingleton(mode);
        builder.Services.AddSingleton(new DeviceIdentity(options.Device.Fleet, options.Device.Id!, BootId.Read(), Version));
        builder.Logging.AddJournal(options.Logging);
        builder.Services.AddHealth(options);
        builder.Services.AddTelemetry(TelemetrySetup.Map(options));
        builder.Services.AddUplink();
        builder.Services.AddUpdateRecovery(options); // Before the pipelines: a model that took the daemon down must not be loaded again.
        builder.Services.AddPipelines(options);
        builder.Services.AddModelSwaps();
        builder.Services.AddUpdates(options);
        builder.Services.AddHostedService<ControlSocket>(services => ActivatorOf(services, options));
        builder.Services.AddHostedService<TelemetryWatch>();
        builder.Services.AddHostedService(services => new ClockWatch(services.GetRequiredService<StateBoard>(), services.GetRequiredService<TimeProvider>()));
        builder.Services.AddHostedService<SystemdNotifications>();
        builder.Services.AddHostedService<MemoryTrimmer>();
        if (mode.UntilDone) builder.Services.AddHostedService<DoneWatcher>();
        builder.Services.Configure<ConsoleLifetimeOptions>(lifetime => lifetime.SuppressStatusMessages = true);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(5));
        return builder.Build();
    }

    private static ControlSocket ActivatorOf(IServiceProvider services, DeviceConfiguration options)
    {
        var (activator, states, time) = (services.GetRequiredService<ModelActivator>(), services.GetRequiredService<StateBoard>(), services.GetRequiredService<TimeProvider>());
        var stores = new UpdateStores(
            services.GetRequiredService<BundleStore>(), services.GetRequiredService<UpdateStore>(), services.GetRequiredService<UpdateHistory>(), services.GetRequiredService<DenyList>(), services.GetRequiredService<Pins>());
        var control = services.GetService<IUpdateControl>() ?? new ManualControl(stores, new ActivatorSwitch(activator), time);
        return new ControlSocket(
            options.Storage,
            services.GetRequiredService<StatusReporter>(),
            new ManualActivation(activator, control, services.GetRequiredService<PipelineHost>(), stores.Bundles, stores.States),
            control,
            states,
            services,
            services.GetRequiredService<ILoggerFactory>());
    }
}
