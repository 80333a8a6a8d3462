namespace EdgeRunner.Inference.Graphs;

/// <summary>One thing in a graph that does not fit.</summary>
/// <param name="Step">Name of the step at fault; null when it is none in particular.</param>
/// <param name="Tensor">Name of the tensor at fault: of the graph, or of the ONNX file where <paramref name="Expected"/> says so.</param>
/// <param name="Expected">What would be right.</param>
/// <param name="Found">What is there.</param>
public sealed record GraphError(string? Step, string? Tensor, string Expected, string Found)
{
    /// <summary><c>step "vad", tensor "audio": expected float32[1, 576], found float32[1, 512]</c>.</summary>
    public override string ToString()
    {
        var where = (Step, Tensor) switch
        {
            (null, null) => "graph",
            (null, _) => $"tensor \"{Tensor}\"",
            (_, null) => $"step \"{Step}\"",
            _ => $"step \"{Step}\", tensor \"{Tensor}\"",
        };
        return $"{where}: expected {Expected}, found {Found}";
    }
}
