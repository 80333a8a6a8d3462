using EdgeRunner.Device.Probing;

namespace EdgeRunner.Device.Updates;

/// <summary>Opens and runs a bundle where it can do no harm.</summary>
internal interface IReleaseProbe
{
    /// <summary>Probes a bundle. Every ending is a report and no exception.</summary>
    Task<ProbeReport> RunAsync(string bundlePath, CancellationToken cancellationToken);
}
