namespace EdgeRunner.Device.Swaps;

/// <summary>How a new model is loaded.</summary>
internal enum SwapMode
{
    /// <summary>While the old one runs.</summary>
    Beside,

    /// <summary>After the old one has gone; windows wait meanwhile.</summary>
    DropFirst,
}
