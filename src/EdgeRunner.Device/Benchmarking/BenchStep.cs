namespace EdgeRunner.Device.Benchmarking;

/// <summary>One step of the graph.</summary>
/// <param name="Name">Its name in the manifest.</param>
/// <param name="Kind">Its kind, such as <c>onnx</c>.</param>
/// <param name="MeanUs">Mean time of one run, in microseconds.</param>
/// <param name="Share">Of the time of all steps, 0 to 1.</param>
internal sealed record BenchStep(string Name, string Kind, double MeanUs, double Share);
