namespace EdgeRunner.Inference.Plans.Kernels;

/// <summary>What a line is moved and divided by.</summary>
internal enum NormaliseMethod
{
    ZScore,
    MinMax,
    SumOfMagnitudes,
    Length,
    LargestMagnitude,
}
