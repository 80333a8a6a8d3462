using EdgeRunner.Device.Pipelines;

namespace EdgeRunner.Device.Swaps;

/// <summary>A model that is loaded, tested and warm.</summary>
/// <param name="Model">The model.</param>
/// <param name="LoadMs">Verifying and loading, in milliseconds.</param>
/// <param name="WarmUpMs">Golden cases and warm-up runs, in milliseconds.</param>
internal sealed record PreparedModel(ServingModel Model, double LoadMs, double WarmUpMs);
