namespace EdgeRunner.Inference.Sessions.Providers;

/// <summary>A load in which TensorRT may be building an engine: minutes, the first time.</summary>
/// <param name="Model">Name and version of the model.</param>
/// <param name="File">The ONNX file.</param>
/// <param name="Elapsed">Since the load began, monotonic.</param>
public sealed record EngineBuild(string Model, string File, TimeSpan Elapsed);
