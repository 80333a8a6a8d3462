using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Device.Windows;

/// <summary>Makes windows out of frames: picks channels, resamples, keeps the overlap, and writes each window straight into the model's input.</summary>
/// <remarks>Read into <see cref="Staging"/>, call <see cref="Accept"/>, then <see cref="TryTake"/> until it is false. <see cref="Staging"/> never asks for more
/// than the next window lacks, so a window is complete the moment its last frame is there. Allocates only in the constructor. One thread.</remarks>
internal sealed class WindowAssembler
{
    /// <summary>Frames asked for at once at most, so that a long window still notices a stop in time.</summary>
    private const int MaxStagingFrames = 4096;

    /// <summary>Values asked for at once at most, 1 MiB: a frame may be a whole picture, and 4096 of those fit no board.</summary>
    private const int MaxStagingValues = 1 << 18;

    private readonly WindowOptions _options;
    private ElementConverter _converter;
    private readonly Resampler? _resampler;
    private readonly int[] _channels;
    private readonly int _sourceChannels;
    private readonly int _hop;
    private readonly int _stagingFrames;
    private readonly double _sourceFramesPerFrame = 1;
    private readonly float[] _staging;
    private readonly float[] _picked;
    private readonly float[] _frames;
    private int _held;
    private int _skip;
    private bool _isFirst = true;
    private int _firstFrames;
    private long _position; // frames since the start, those that are held included

    /// <summary>Makes an assembler for one source and one model input.</summary>
    /// <param name="options">The pipeline's window.</param>
    /// <param name="sourceChannels">Values in a frame of the source.</param>
    /// <param name="sourceRateHz">Frames per second of the source; 0 when it is not known.</param>
    /// <param name="elementType">Type of the model's input.</param>
    /// <param name="elementCount">Elements of the model's input.</param>
    /// <param name="inputName">Name of that input, for messages.</param>
    /// <exception cref="WindowMismatchException">The window does not fit the source or the model; the message says what would.</exception>
    public WindowAssembler(WindowOptions options, int sourceChannels, double sourceRateHz, TensorElementType elementType, long elementCount, string inputName)
    {
        _options = options;
        _sourceChannels = sourceChannels;
        _channels = [.. options.Channels ?? [.. Enumerable.Range(0, sourceChannels)]];
        _hop = options.Hop ?? options.Length;
        if (Array.Find(_channels, channel => channel >= sourceChannels) is var missing && missing >= sourceChannels)
            throw new WindowMismatchException($"window.channels names channel {missing}, but the source has {sourceChannels} (0 to {sourceChannels - 1})");
        _converter = Fit(elementType, elementCount, inputName);
        _stagingFrames = Math.Clamp(MaxStagingValues / sourceChannels, 1, MaxStagingFrames);
        RateHz = sourceRateHz;
        if (options.ResampleToHz is { } rate && rate != sourceRateHz)
        {
            if (sourceRateHz <= 0) throw new WindowMismatchException("window.resampleToHz needs the source's rate; set source.sampleRateHz");
            _resampler = new Resampler(sourceRateHz, rate, _channels.Length, _stagingFrames);
            _sourceFramesPerFrame = sourceRateHz / rate;
            RateHz = rate;
        }

        _staging = new float[_stagingFrames * sourceChannels];
        _picked = new float[_stagingFrames * _channels.Length];
        var burst = _resampler?.MaxOutputFrames(_stagingFrames + _resampler.Taps) ?? _stagingFrames;
        _frames = new float[(options.Length + burst) * _channels.Length];
        Reset();
    }

    /// <summary>Checks that these windows fill a model's input. Any thread.</summary>
    /// <returns>What writes them into it: for <see cref="Use"/>.</returns>
    /// <exception cref="WindowMismatchException">They do not; the message says what would.</exception>
    public ElementConverter Fit(TensorElementType elementType, long elementCount, string inputName)
    {
        if ((long)_options.Length * _channels.Length != elementCount)
        {
            throw new WindowMismatchException(
                $"a window of {_options.Length} frames with {_channels.Length} channel(s) has {(long)_options.Length * _channels.Length} values, " +
                $"but the model's input {inputName} takes {elementCount}; {WhatFits(elementCount)}");
        }

        return ElementConverter.For(elementType, (float)_options.Scale, (float)_options.Offset)
            ?? throw new WindowMismatchException($"the model's input {inputName} is {elementType.Format()}; a window can fill numeric and bool inputs only");
    }

    /// <summary>From now on windows are written by <paramref name="converter"/>, because the model was exchanged. What is held stays.</summary>
    public void Use(ElementConverter converter) => _converter = converter;

    /// <summary>Frames per second of the windows; 0 when it is not known.</summary>
    public double RateHz { get; }

    /// <summary>Frames of the source in a window.</summary>
    public long WindowSourceFrames => (long)Math.Ceiling(_options.Length * _sourceFramesPerFrame);

    /// <summary>Frames of the source from one window to the next.</summary>
    public long HopSourceFrames => (long)Math.Ceiling(_hop * _sourceFramesPerFrame);

    /// <summary>Where the last taken window ends, in frames after resampling since the start.</summary>
    /// <remarks>Goes on through a gap: frames that were dropped there count, priming zeros do not. Frames the source itself has lost are not known here.</remarks>
    public long EndFrame { get; private set; }

    /// <summary>The first frame of the last taken window that no window before it had.</summary>
    public long NewFrame { get; private set; }

    /// <summary>Room for the frames that the next window lacks: interleaved, as the source gives them.</summary>
    public Span<float> Staging
    {
        get
        {
            var lacking = Math.Max(1, _options.Length + _skip - _held);
            var wanted = Math.Min(_stagingFrames, _resampler?.InputFramesFor(lacking) ?? lacking);
            return _staging.AsSpan(0, wanted * _sourceChannels);
        }
    }

    /// <summary>Takes over the first <paramref name="frames"/> frames of <see cref="Staging"/>.</summary>
    public void Accept(int frames)
    {
        var picked = Pick(frames);
        var room = _frames.AsSpan(_held * _channels.Length);
        if (_resampler is not null)
        {
            Add(_resampler.Process(picked, room));
        }
        else
        {
            picked.CopyTo(room);
            Add(frames);
        }
    }

    /// <summary>The source is over: what the resampler still holds becomes frames. A last window that is not full is left out.</summary>
    public void Finish()
    {
        if (_resampler is null) return;
        Add(_resampler.Flush(_frames.AsSpan(_held * _channels.Length)));
    }

    /// <summary>Writes the next window into <paramref name="destination"/> if it is complete.</summary>
    /// <param name="destination">Bytes of the model's input tensor.</param>
    public bool TryTake(Span<byte> destination)
    {
        if (_skip > 0 || _held < _options.Length) return false;
        var window = _frames.AsSpan(0, _options.Length * _channels.Length);
        if (_options.Layout == WindowLayout.Planar && _channels.Length > 1) _converter.ConvertPlanar(window, _channels.Length, destination);
        else _converter.Convert(window, destination);

        EndFrame = _position - (_held - _options.Length);
        NewFrame = EndFrame - (_isFirst ? _firstFrames : Math.Min(_hop, _options.Length));
        _isFirst = false;
        var used = Math.Min(_hop, _held);
        _skip = _hop - used;
        Drop(used);
        return true;
    }

    /// <summary>The input was interrupted: what is held is dropped, and the next window begins as the first one did.</summary>
    /// <param name="lostFrames">Frames of the source that are known to be lost, such as those an overload policy gave up; positions count them.</param>
    public void Reset(long lostFrames = 0)
    {
        _position += (_resampler?.PendingFrames ?? 0) + (long)Math.Round(lostFrames / _sourceFramesPerFrame);
        _resampler?.Reset();
        _skip = 0;
        _isFirst = true;
        var zeros = _options.Prime == WindowPriming.Zeros ? _options.Length - _hop : 0;
        Array.Clear(_frames, 0, zeros * _channels.Length);
        _held = zeros;
        _firstFrames = _options.Length - zeros;
    }

    private Span<float> Pick(int frames)
    {
        if (_channels.Length == _sourceChannels && _options.Channels is null) return _staging.AsSpan(0, frames * _sourceChannels);
        for (var frame = 0; frame < frames; frame++)
            for (var channel = 0; channel < _channels.Length; channel++)
                _picked[(frame * _channels.Length) + channel] = _staging[(frame * _sourceChannels) + _channels[channel]];
        return _picked.AsSpan(0, frames * _channels.Length);
    }

    private string WhatFits(long elementCount)
    {
        if (elementCount % _channels.Length == 0) return $"set window.length to {elementCount / _channels.Length}";
        return elementCount % _options.Length == 0
            ? $"pick {elementCount / _options.Length} channel(s) with window.channels"
            : $"no length fits {_channels.Length} channels; with one channel in window.channels, set window.length to {elementCount}";
    }

    private void Add(int frames)
    {
        _held += frames;
        _position += frames;
        var now = Math.Min(_skip, _held);
        if (now == 0) return;
        _skip -= now;
        Drop(now);
    }

    private void Drop(int frames)
    {
        _frames.AsSpan(frames * _channels.Length, (_held - frames) * _channels.Length).CopyTo(_frames);
        _held -= frames;
    }
}
