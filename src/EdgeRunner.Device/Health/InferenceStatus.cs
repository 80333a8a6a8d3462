using EdgeRunner.Inference.Sessions.Caching;
using EdgeRunner.Inference.Sessions.Providers;

namespace EdgeRunner.Device.Health;

/// <summary>The inference engine as <c>status</c> shows it.</summary>
/// <param name="Version">Version of ONNX Runtime.</param>
/// <param name="LibraryPath">The library that was loaded.</param>
/// <param name="Providers">Execution providers it says it was built for; what models really got is in <paramref name="Models"/>.</param>
/// <param name="Models">Each ONNX file that was opened: the execution providers it got, and why not others.</param>
/// <param name="EngineBuilds">Loads in which TensorRT may be building an engine right now.</param>
/// <param name="Cache">Optimised models kept for the next start; null when none are kept.</param>
internal sealed record InferenceStatus(
    string Version,
    string LibraryPath,
    IReadOnlyList<string> Providers,
    IReadOnlyList<ProviderReport> Models,
    IReadOnlyList<EngineBuildStatus> EngineBuilds,
    OptimizedModelCacheStatus? Cache);
