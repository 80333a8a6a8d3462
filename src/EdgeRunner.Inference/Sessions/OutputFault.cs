namespace EdgeRunner.Inference.Sessions;

/// <summary>What is wrong with the numbers of an output.</summary>
public enum OutputFault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>An element is not a number.</summary>
    NaN,

    /// <summary>An element is infinite.</summary>
    Infinite,

    /// <summary>An element is outside the range the manifest declares.</summary>
    OutOfRange,
}
