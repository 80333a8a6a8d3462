namespace EdgeRunner.Native.OnnxRuntime;

/// <summary>An input or output of a model and the tensor it is read from or written to.</summary>
/// <param name="Name">Name of the input or output in the ONNX graph.</param>
/// <param name="Tensor">The tensor; still owned by the caller. Null, for an output only: ONNX Runtime allocates one in every run, for
/// outputs whose shape is not known before.</param>
public readonly record struct OrtBinding(string Name, OrtTensor? Tensor);
