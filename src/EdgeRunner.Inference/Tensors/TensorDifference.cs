namespace EdgeRunner.Inference.Tensors;

/// <summary>How far a tensor is from what it should be.</summary>
/// <param name="Problem">Why they cannot be compared element by element (type or shape differ); null when they can.</param>
/// <param name="Mismatches">Elements outside the tolerance.</param>
/// <param name="MaxAbsolute">Largest absolute difference; infinite when a NaN or infinity stands against a number; for text 1 where any differs.</param>
/// <param name="MaxRelative">Largest difference divided by the expected value's size; 0 where both are 0.</param>
/// <param name="Where">Index of the element furthest outside its tolerance or, when all are inside, furthest away; null when all are equal.</param>
/// <param name="Expected">The expected value there, in words; empty when all are equal.</param>
/// <param name="Found">The value there, in words; empty when all are equal.</param>
public sealed record TensorDifference(
    string? Problem, long Mismatches, double MaxAbsolute, double MaxRelative, IReadOnlyList<long>? Where, string Expected, string Found)
{
    /// <summary>Whether every element is inside the tolerance.</summary>
    public bool IsMatch => Problem is null && Mismatches == 0;

    /// <summary>One line for a person.</summary>
    public override string ToString() => Problem
        ?? (Where is null ? "no difference"
            : Mismatches == 0 ? $"largest difference {MaxAbsolute:g3} at [{string.Join(", ", Where)}]"
            : $"{Mismatches} elements differ, worst at [{string.Join(", ", Where)}]: expected {Expected}, found {Found}");
}
