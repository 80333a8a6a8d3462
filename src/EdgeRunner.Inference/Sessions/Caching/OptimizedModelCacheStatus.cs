namespace EdgeRunner.Inference.Sessions.Caching;

/// <summary>The cache of optimised models as it is now, with counts since the start.</summary>
/// <param name="Directory">Where it is.</param>
/// <param name="Problem">Why it is not used at present and what would mend it; null when it is.</param>
/// <param name="Files">Models in it.</param>
/// <param name="Bytes">Their size.</param>
/// <param name="Loaded">ONNX files that came from the cache, those it was first built for included.</param>
/// <param name="Built">Files written.</param>
/// <param name="Rejected">Files that were damaged, foreign or refused by ONNX Runtime, and removed.</param>
/// <param name="Evicted">Files that had to go for lack of room.</param>
/// <param name="TooSmall">ONNX files loaded without it, as they have too few operators to gain by it.</param>
public sealed record OptimizedModelCacheStatus(
    string Directory, string? Problem, int Files, long Bytes, long Loaded, long Built, long Rejected, long Evicted, long TooSmall);
