namespace EdgeRunner.Inference.Chunks;

/// <summary>Bytes that are no chunk index. The message says what is wrong and what was expected.</summary>
public sealed class ChunkIndexException(string message) : Exception(message);
