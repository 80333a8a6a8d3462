using EdgeRunner.Device.Guards;
using EdgeRunner.Device.Health;
using EdgeRunner.Device.ModelStore;
using EdgeRunner.Device.Sensors;
using EdgeRunner.Device.Updates;

namespace EdgeRunner.Device.Pipelines;

/// <summary>What every pipeline shares with the others.</summary>
/// <param name="Engine">Runs models.</param>
/// <param name="Store">Installed models.</param>
/// <param name="Sources">Makes sources.</param>
/// <param name="Watchdog">Breaks off runs that hang.</param>
/// <param name="States">Where the state of each is told.</param>
/// <param name="Progress">Where the service manager's watchdog looks.</param>
/// <param name="TimeProvider">The clock.</param>
/// <param name="Logger">For all of them.</param>
/// <param name="Group">The group whose releases this device takes; null when it takes none.</param>
/// <param name="Damaged">Finds another version for one that is damaged; null leaves that to a person.</param>
internal sealed record PipelineContext(
    InferenceEngine Engine,
    BundleStore Store,
    SampleSourceFactory Sources,
    RunWatchdog Watchdog,
    StateBoard States,
    ProgressBoard Progress,
    TimeProvider TimeProvider,
    ILogger Logger,
    string? Group,
    DamagedBundles? Damaged);
