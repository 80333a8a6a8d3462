namespace EdgeRunner.Device.Windows;

/// <summary>What the first window after a start or a gap is made of.</summary>
internal enum WindowPriming
{
    /// <summary><c>length - hop</c> zeros, then <c>hop</c> frames: the first window is there after one hop.</summary>
    Zeros,

    /// <summary><c>length</c> frames: the first window waits for all of them.</summary>
    Wait,
}
