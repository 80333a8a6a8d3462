using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.Pipelines;
using EdgeRunner.Device.Swaps;
using EdgeRunner.Device.Tests.Pipelines;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeRunner.Device.Tests.Swaps;

/// <summary>Pipelines that run, and an activator whose view of the free memory the test sets.</summary>
internal sealed class SwapRig : IDisposable
{
    private readonly List<IDisposable> _made = [];

    public PipelineRig Rig { get; } = new(queueBytes: 8 << 20); // Half a minute of records at 1 kHz, which nobody takes out.

    /// <summary>What the kernel would say is available.</summary>
    public long? AvailableBytes
    {
        set => ReadAvailable = () => value;
    }

    /// <summary>The same, asked each time.</summary>
    public Func<long?> ReadAvailable { get; set; } = () => 1L << 40;

    public PipelineHost Host { get; private set; } = null!;

    public ModelActivator Activator { get; private set; } = null!;

    public SwapPreparation Preparation { get; private set; } = null!;

    public ModelRecovery Recovery { get; private set; } = null!;

    public PipelineWorker Worker => Host.Workers[0];

    /// <summary>Starts pipelines and waits until each has its model.</summary>
    public async Task StartAsync(params (string Name, PipelineOptions Options)[] pipelines)
    {
        await StartUnattendedAsync(untilDone: true, pipelines);
        PipelineRig.Wait(() => Host.Workers.All(worker => worker.Counters.Windows > 0));
    }

    /// <summary>Starts pipelines, which try again and again unless they are to run until they are done.</summary>
    public async Task StartUnattendedAsync(bool untilDone, params (string Name, PipelineOptions Options)[] pipelines)
    {
        Host = Rig.Host(untilDone, pipelines);
        var options = new InferenceOptions();
        Preparation = new SwapPreparation(Rig.Engine, Rig.Watchdog, options, () => ReadAvailable(), TimeProvider.System);
        Activator = new ModelActivator(
            Rig.Store, Host, Preparation, new SwapEvents(Rig.Intake), Rig.States, options, TimeProvider.System, NullLogger<ModelActivator>.Instance);
        Recovery = new ModelRecovery(Host, Activator, TimeProvider.System, NullLogger<ModelRecovery>.Instance);
        _made.AddRange([Activator, Recovery, Host]);
        await Host.StartAsync(default);
    }

    /// <summary>Installs versions of the model <c>tiny</c>; the first is active.</summary>
    public void Install(params string[] bundles)
    {
        for (var i = 0; i < bundles.Length; i++) Rig.Store.Install(bundles[i], activate: i == 0);
    }

    public Task<ActivationReport> ActivateAsync(string version) => Activator.ActivateAsync("tiny", version, measuredBytes: null, default);

    public string? ActiveFile() => Path.GetFileNameWithoutExtension(Rig.Store.FindActiveBundle("tiny"));

    public void Dispose()
    {
        if (Host is not null) Host.StopAsync(default).GetAwaiter().GetResult();
        foreach (var one in _made) one.Dispose();
        Rig.Dispose();
    }
}
