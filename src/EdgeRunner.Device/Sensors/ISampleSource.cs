namespace EdgeRunner.Device.Sensors;

/// <summary>A source of frames. Used by one thread, the pipeline's, which pulls; only <see cref="Status"/> is for others.</summary>
/// <remarks><see cref="Open"/> once, then <see cref="Read"/> until it returns 0 or throws. Reading allocates nothing while the input is well.</remarks>
internal interface ISampleSource : IDisposable
{
    /// <summary>Form of the frames; valid after <see cref="Open"/> and constant from then on.</summary>
    SampleLayout Layout { get; }

    /// <summary>Counters and state.</summary>
    SourceStatus Status { get; }

    /// <summary>True when samples arrive on their own clock, so that a pipeline can fall behind and an <see cref="OverloadMode"/> applies.</summary>
    bool IsLive { get; }

    /// <summary>True when the frames of the last <see cref="Read"/> do not follow the ones read before it: window and model state must
    /// start anew. One read never spans a gap. The very first read is no gap.</summary>
    bool GapBefore { get; }

    /// <summary>Opens the input as far as needed to know its form.</summary>
    /// <exception cref="SensorException">It is missing or is not what it should be.</exception>
    void Open();

    /// <summary>Blocks until there is at least one frame and reads what is there.</summary>
    /// <param name="frames">Filled from the start with whole interleaved frames; its length is a multiple of the channels, and not 0.</param>
    /// <param name="cancellationToken">Ends the wait within 100 ms.</param>
    /// <returns>Number of frames, 1 or more; 0 at the end of the input.</returns>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <exception cref="SensorException">The source failed for good.</exception>
    int Read(Span<float> frames, CancellationToken cancellationToken);

    /// <summary>Frames that can be read now without waiting, as far as the source can tell; never blocks. Meaningful when <see cref="IsLive"/>.</summary>
    long CountAvailable();

    /// <summary>Throws away frames that are there; never blocks. The next <see cref="Read"/> reports a gap when any were.</summary>
    /// <returns>Frames thrown away, at most <paramref name="frames"/>.</returns>
    long Skip(long frames);
}
