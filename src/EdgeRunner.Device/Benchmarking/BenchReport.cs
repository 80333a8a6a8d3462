using EdgeRunner.Inference.Sessions;
using EdgeRunner.Inference.Sessions.Caching;
using EdgeRunner.Inference.Sessions.Providers;

namespace EdgeRunner.Device.Benchmarking;

/// <summary>What <c>edgerunner bench --json</c> prints.</summary>
/// <param name="V">Version of this form; 1.</param>
/// <param name="Model">Name and version.</param>
/// <param name="Sha256">Digest of the bundle.</param>
/// <param name="Date">When the measurement began, UTC.</param>
/// <param name="Machine">What it ran on.</param>
/// <param name="OnnxRuntime">Version of ONNX Runtime.</param>
/// <param name="Provider">The execution provider that ran it, as ONNX Runtime gave it: <c>cpu</c>, <c>cuda</c> or <c>tensorrt</c>; several where files differ.</param>
/// <param name="EdgeRunner">Version of this program.</param>
/// <param name="Input">What the model was fed.</param>
/// <param name="WarmUp">How it was warmed up.</param>
/// <param name="Rounds">Rounds in which the settings took turns.</param>
/// <param name="IntervalMs">The pause of the paced runs, in milliseconds; 0 is none.</param>
/// <param name="Memory">With the first setting, before the rounds.</param>
/// <param name="Settings">Each setting, the device's own first.</param>
/// <param name="Steps">Time of each step of the graph with the first setting.</param>
/// <param name="Parallel">Whether independent steps ran side by side with the first setting, and what was measured when it was loaded.</param>
/// <param name="Recommendation">What to set.</param>
/// <param name="Files">Each ONNX file: the execution providers it got, and why not others.</param>
/// <param name="Cache">The device's cache of optimised models, with what this measurement took from it; null when it took no part.</param>
/// <param name="Notes">What a reader should know before trusting the numbers.</param>
internal sealed record BenchReport(
    int V,
    string Model,
    string Sha256,
    DateTimeOffset Date,
    MachineFacts Machine,
    string OnnxRuntime,
    string Provider,
    string EdgeRunner,
    BenchInput Input,
    BenchWarmUp WarmUp,
    int Rounds,
    double IntervalMs,
    BenchMemory Memory,
    IReadOnlyList<BenchSettingResult> Settings,
    IReadOnlyList<BenchStep> Steps,
    ParallelDecision Parallel,
    BenchRecommendation Recommendation,
    IReadOnlyList<ProviderReport> Files,
    OptimizedModelCacheStatus? Cache,
    IReadOnlyList<string> Notes);
