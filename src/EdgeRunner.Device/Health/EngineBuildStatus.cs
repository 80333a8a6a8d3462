namespace EdgeRunner.Device.Health;

/// <summary>A load in which TensorRT may be building an engine: minutes, the first time.</summary>
/// <param name="Model">Name and version of the model.</param>
/// <param name="File">The ONNX file.</param>
/// <param name="ElapsedSeconds">Since the load began, monotonic.</param>
internal sealed record EngineBuildStatus(string Model, string File, double ElapsedSeconds);
