using EdgeRunner.Device.Guards;
using EdgeRunner.Device.Health;
using EdgeRunner.Device.ModelStore;
using EdgeRunner.Device.Sensors;

namespace EdgeRunner.Device.Pipelines;

/// <summary>What every pipeline shares with the others.</summary>
internal sealed record PipelineContext(
    InferenceEngine Engine,
    BundleStore Store,
    SampleSourceFactory Sources,
    RunWatchdog Watchdog,
    StateBoard States,
    ProgressBoard Progress,
    TimeProvider TimeProvider,
    ILogger Logger);
