namespace EdgeRunner.Device.Sensors;

/// <summary>Frames of a recording, in order.</summary>
internal interface IFrameReader : IDisposable
{
    /// <summary>Form of the frames; rate 0 when the recording does not say it.</summary>
    SampleLayout Layout { get; }

    /// <summary>Reads whole interleaved frames; 0 at the end.</summary>
    /// <exception cref="IOException">The file cannot be read any more.</exception>
    int Read(Span<float> frames);

    /// <summary>Passes over frames; fewer at the end.</summary>
    long Skip(long frames);

    /// <summary>Goes back to the first frame.</summary>
    void Rewind();
}
