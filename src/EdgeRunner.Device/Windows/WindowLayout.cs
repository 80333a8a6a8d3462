namespace EdgeRunner.Device.Windows;

/// <summary>Order of a window's values when there is more than one channel.</summary>
internal enum WindowLayout
{
    /// <summary><c>[length, channels]</c>: frame after frame.</summary>
    Interleaved,

    /// <summary><c>[channels, length]</c>: channel after channel.</summary>
    Planar,
}
