namespace EdgeRunner.Inference.Graphs;

/// <summary>A rule's offer: one tensor may lie inside the memory of another, and then need not be copied. Whether it does is decided by
/// <see cref="Plans.TensorLayout"/>.</summary>
/// <param name="Part">The tensor that would have no memory of its own.</param>
/// <param name="Whole">The tensor it would lie in.</param>
/// <param name="FirstElement">Index in the whole of the part's first element; the rest follows row-major, without gaps.</param>
/// <param name="MadeWithin">When not null, an offer that holds only while the part has memory of its own, and nothing lies in it but these: the whole is
/// overwritten also when none of the steps that make them ran, and then nobody else may read that memory.</param>
internal readonly record struct TensorShare(string Part, string Whole, long FirstElement, IReadOnlySet<string>? MadeWithin = null);
