namespace EdgeRunner.Device.Benchmarking;

/// <summary>Memory of this process, in bytes; each null where the kernel does not tell.</summary>
/// <param name="PssBytes">With the model loaded and warm: its share, pages of others counted in part.</param>
/// <param name="RssBytes">The same, shared pages counted in full.</param>
/// <param name="PeakRssBytes">The most it ever was, while the model was loaded.</param>
/// <param name="ModelPssBytes">What the model added to <paramref name="PssBytes"/> over a process that has only ONNX Runtime.</param>
/// <param name="ModelPeakBytes">What loading and running it added at most.</param>
internal sealed record BenchMemory(long? PssBytes, long? RssBytes, long? PeakRssBytes, long? ModelPssBytes, long? ModelPeakBytes);
