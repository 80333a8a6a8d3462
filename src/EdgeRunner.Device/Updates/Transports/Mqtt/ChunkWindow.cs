namespace EdgeRunner.Device.Updates.Transports.Mqtt;

/// <summary>How many bytes of chunks may be on the way: more by a step each time a window has arrived whole, half of it when chunks are lost, as TCP does it.</summary>
/// <remarks>What is on the way lies in queues between depot and device, most of it in the broker: the window is also the bound of what this device costs there.</remarks>
internal sealed class ChunkWindow
{
    /// <summary>Four chunks of the usual 64 KiB.</summary>
    internal const int StartBytes = 256 << 10;

    /// <summary>The largest chunk: below it nothing could be asked for. Two usual ones.</summary>
    internal const int LeastBytes = 128 << 10;

    /// <summary>Four usual chunks: from the start to 4 MiB in 15 windows, 32 MiB.</summary>
    internal const int StepBytes = 256 << 10;

    private readonly int _maxBytes;
    private int _arrived;

    /// <param name="maxBytes">Never more: <c>updates.windowBytes</c>, at least <see cref="LeastBytes"/>.</param>
    internal ChunkWindow(int maxBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxBytes, LeastBytes);
        (_maxBytes, Bytes) = (maxBytes, Math.Min(StartBytes, maxBytes));
    }

    /// <summary>The window.</summary>
    internal int Bytes { get; private set; }

    /// <summary>So many bytes of what was asked for have arrived.</summary>
    internal void OnArrived(int bytes)
    {
        _arrived += bytes;
        if (_arrived < Bytes) return;
        _arrived -= Bytes;
        Bytes = Math.Min(_maxBytes, Bytes + StepBytes);
    }

    /// <summary>Something that was on the way is lost. Call once for all that one window lost.</summary>
    internal void OnLoss()
    {
        _arrived = 0;
        Bytes = Math.Max(LeastBytes, Bytes / 2);
    }
}
