namespace EdgeRunner.Native.OnnxRuntime;

/// <summary>An execution provider and how it is set up.</summary>
/// <param name="Kind">Which.</param>
/// <param name="Options">ONNX Runtime's own keys and values for it, e.g. <c>device_id</c> = <c>0</c>; null or empty keeps its defaults.</param>
/// <seealso href="https://onnxruntime.ai/docs/execution-providers/"/>
public sealed record OrtProvider(OrtProviderKind Kind, IReadOnlyDictionary<string, string>? Options = null);
