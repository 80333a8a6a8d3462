using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.Health;
using EdgeRunner.Device.ModelStore;
using EdgeRunner.Device.Pipelines;
using EdgeRunner.Device.Probing;
using EdgeRunner.Device.Updates.Policies;
using EdgeRunner.Device.Updates.States;
using EdgeRunner.Device.Updates.Trials;
using EdgeRunner.Device.Uplink;
using EdgeRunner.Native.Linux;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Device.Updates;

/// <summary>Registers updates.</summary>
internal static class UpdateRegistration
{
    /// <summary>What is on disk, and its recovery: before the pipelines, and also on a device that follows no group any more.</summary>
    public static IServiceCollection AddUpdateRecovery(this IServiceCollection services, DeviceConfiguration options)
    {
        services.AddSingleton(provider => new UpdateStore(options.Storage.StateDirectory, provider.GetRequiredService<TimeProvider>(), Say(provider)));
        services.AddSingleton<UpdateHistory>();
        services.AddSingleton(provider => new DenyList(provider.GetRequiredService<UpdateStore>(), Say(provider)));
        services.AddSingleton(provider => new Pins(provider.GetRequiredService<UpdateStore>(), provider.GetRequiredService<TimeProvider>(), Say(provider)));
        services.AddSingleton<IUpdateCheckpoints, NoCheckpoints>();
        services.AddSingleton(provider => new UpdateLedger(
            provider.GetRequiredService<UpdateStore>(),
            provider.GetRequiredService<UpdateHistory>(),
            provider.GetRequiredService<DenyList>(),
            provider.GetRequiredService<BundleStore>(),
            options.Updates.KeepVersions,
            provider.GetRequiredService<IUpdateCheckpoints>()));
        services.AddSingleton<UpdateEvents>();
        services.AddSingleton(provider => MakeBoard(provider, options.Updates.Group ?? ""));
        services.AddSingleton(provider =>
        {
            // What the recovery decides is announced like everything else.
            provider.GetRequiredService<UpdateStore>().Written = provider.GetRequiredService<UpdateBoard>().Show;
            return new UpdateRecovery(
                provider.GetRequiredService<UpdateStore>(), provider.GetRequiredService<UpdateLedger>(), provider.GetRequiredService<BundleStore>(),
                provider.GetRequiredService<DeviceIdentity>().BootId, Say(provider));
        });
        services.AddSingleton(provider => new DamagedBundles(provider.GetRequiredService<BundleStore>(), provider.GetRequiredService<UpdateStore>(),
            (model, words, lasts) =>
            {
                if (lasts) provider.GetRequiredService<StateBoard>().Set($"model {model}", ComponentState.Degraded, words);
                else provider.GetRequiredService<StateBoard>().Warn($"model {model}", words);
            }));
        services.AddHostedService<UpdateRecoveryService>();
        return services;
    }

    /// <summary>Everything that follows the desired state of a group: after the pipelines, so that it stops before them. Nothing without a group.</summary>
    public static IServiceCollection AddUpdates(this IServiceCollection services, DeviceConfiguration options)
    {
        if (options.Updates.Group is null) return services;
        services.AddTrials(options);
        services.AddSingleton(provider => new UpdateSchedule(
            options.Device.Id!, options.Updates.JitterSeconds, options.Updates.CheckIntervalMinutes, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IModelSwitch, ActivatorSwitch>();
        services.AddSingleton<IReleaseProbe>(provider => new ChildProbe(new ModelProbe(options.Inference, provider.GetRequiredService<TimeProvider>())));
        services.AddSingleton<IUpdateRoadsFactory>(provider => new UpdateRoadsFactory(
            options, provider.GetRequiredService<DeviceIdentity>(), provider.GetRequiredService<BundleStore>(), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILoggerFactory>()));
        services.AddSingleton(provider => new UpdateMachine(
            provider.GetRequiredService<UpdateStore>(),
            provider.GetRequiredService<UpdateLedger>(),
            provider.GetRequiredService<BundleStore>(),
            provider.GetRequiredService<IReleaseProbe>(),
            provider.GetRequiredService<IModelSwitch>(),
            provider.GetRequiredService<ITrialRunner>(),
            provider.GetRequiredService<UpdateBoard>(),
            options.Updates.Trial,
            provider.GetRequiredService<DeviceIdentity>().BootId,
            provider.GetRequiredService<IUpdateCheckpoints>()));
        services.AddSingleton(provider => new ReleaseCheck(
            provider.GetRequiredService<DenyList>(), provider.GetRequiredService<BundleStore>(), load => ReadFacts(provider.GetRequiredService<InferenceEngine>(), load)));
        services.AddSingleton<UpdateParts>();
        services.AddSingleton(provider => new UpdateChecker(provider.GetRequiredService<UpdateParts>(), options.Device.Id!, NowOf(options.Updates, provider.GetRequiredService<TimeProvider>())));
        services.AddSingleton(provider => new RetryPauses(provider.GetRequiredService<UpdateSchedule>().Share, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<UpdateService>();
        services.AddSingleton<IUpdateControl>(provider => provider.GetRequiredService<UpdateService>());
        services.AddHostedService(provider => provider.GetRequiredService<UpdateService>());
        services.AddHostedService<TimestampListener>();
        return services;
    }

    private static UpdateBoard MakeBoard(IServiceProvider provider, string group)
    {
        var states = provider.GetRequiredService<StateBoard>();
        return new UpdateBoard(group)
        {
            Changed = states.Renew,
            Announced = report =>
            {
                // Made with the first one: a device without updates needs no queue for them.
                provider.GetRequiredService<UpdateEvents>().Write(report);
                states.Note($"update {report.Model}", UpdateWords.Of(report), isOutcome: report.Phase is "committed" or "rejected");
            },
        };
    }

    private static Action<string> Say(IServiceProvider provider) => words => provider.GetRequiredService<StateBoard>().Warn("updates", words);

    // A rollout that begins at a moment must not begin because a board without a battery woke up in the future.
    private static Func<DateTimeOffset?> NowOf(UpdateOptions options, TimeProvider timeProvider) =>
        () => options.TrustSystemClock || KernelClock.IsSynchronised ? timeProvider.GetUtcNow() : null;

    private static DeviceFacts ReadFacts(InferenceEngine engine, bool load)
    {
        string? problem = null;
        try
        {
            if (load) engine.Get();
        }
        catch (OrtLibraryException e)
        {
            problem = e.Message;
        }

        var status = engine.Status;
        return new DeviceFacts(status?.Version, status?.Providers ?? [], AvailableMemory.Read(), GC.GetGCMemoryInfo().TotalAvailableMemoryBytes) { EngineProblem = problem };
    }
}
