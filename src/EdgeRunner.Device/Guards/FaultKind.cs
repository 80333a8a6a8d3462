namespace EdgeRunner.Device.Guards;

/// <summary>Why a window got no decision.</summary>
internal enum FaultKind
{
    /// <summary>It got one.</summary>
    None,

    /// <summary>An output has an element that is not a number.</summary>
    NaN,

    /// <summary>An output has an infinite element.</summary>
    Infinite,

    /// <summary>An output has an element outside the range that the manifest declares.</summary>
    OutOfRange,

    /// <summary>The model named a label that does not exist.</summary>
    BadLabel,

    /// <summary>ONNX Runtime returned an error.</summary>
    RunError,

    /// <summary>The run took longer than <c>guard.runTimeoutMs</c> and was broken off.</summary>
    Timeout,
}
