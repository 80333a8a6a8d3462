namespace EdgeRunner.Inference.Tensors;

/// <summary>A tensor with the name its file gives it.</summary>
/// <param name="Name">Empty when the file gives none.</param>
/// <param name="Tensor">The tensor.</param>
public sealed record NamedTensor(string Name, TensorData Tensor);
