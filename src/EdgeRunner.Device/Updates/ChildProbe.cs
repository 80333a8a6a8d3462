using EdgeRunner.Device.Probing;

namespace EdgeRunner.Device.Updates;

/// <summary>The daemon's <see cref="IReleaseProbe"/>: a child process under the limits of the bundle.</summary>
internal sealed class ChildProbe(ModelProbe probe) : IReleaseProbe
{
    /// <inheritdoc/>
    public Task<ProbeReport> RunAsync(string bundlePath, CancellationToken cancellationToken) => probe.RunAsync(bundlePath, new ProbeLimits(), cancellationToken);
}
