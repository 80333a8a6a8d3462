namespace EdgeRunner.Inference.Graphs;

/// <summary>A rule's offer: one tensor may lie inside the memory of another, and then need not be copied. Whether it does is decided by
/// <see cref="Plans.TensorLayout"/>.</summary>
/// <param name="Part">The tensor that would have no memory of its own.</param>
/// <param name="Whole">The tensor it would lie in.</param>
/// <param name="FirstElement">Index in the whole of the part's first element; the rest follows row-major, without gaps.</param>
/// <param name="IsExclusive">Only if the part has memory of its own: it may not be a view of another tensor, which others read while the
/// whole is overwritten.</param>
internal readonly record struct TensorShare(string Part, string Whole, long FirstElement, bool IsExclusive = false);
