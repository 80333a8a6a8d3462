using System.Globalization;
using System.Numerics;

namespace EdgeRunner.Device.Windows;

/// <summary>Changes the sample rate by a rational factor: a polyphase filter with a Kaiser-windowed sinc, state kept from call to call.</summary>
/// <remarks>
/// Output frame <c>n</c> stands at input time <c>n · M / L</c>, where <c>L / M</c> is output rate over input rate in lowest terms. It is the
/// sum of <see cref="Taps"/> input frames around that time, weighted by the row of the filter bank for the phase <c>n · M mod L</c>. The filter passes
/// 87 % of the lower of the two Nyquist bands within 0.1 dB, is at -6 dB at 95 %, and stops by more than 80 dB from 104 % on; what stands between 100
/// and 104 % folds into the uppermost 4 %, at -27 dB or less (Kaiser, beta 9; see Oppenheim and Schafer, "Discrete-Time Signal Processing", 7.6).
/// However the input is cut into calls, the output is the same. Allocates only in the constructor.
/// </remarks>
internal sealed class Resampler
{
    /// <summary>Zero crossings of the sinc on each side: with beta 9, 80 dB with a transition band of a sixth.</summary>
    private const int ZeroCrossings = 32;

    private const double KaiserBeta = 9;

    /// <summary>Where the filter is at half, in parts of the lower Nyquist band.</summary>
    private const double PassBand = 0.95;

    /// <summary>Phases the filter bank may have; 44.1 kHz to 16 kHz takes 160, 11.025 kHz to 16 kHz takes 640.</summary>
    private const int MaxPhases = 4096;

    /// <summary>Values the filter bank may have: 16 MiB. 1 MHz to 100 Hz takes 640 000.</summary>
    private const long MaxBankValues = 1 << 22;

    private readonly int _up;
    private readonly int _down;
    private readonly int _channels;
    private readonly float[] _bank;
    private readonly float[] _history;
    private int _held;
    private int _phase;

    /// <summary>Makes a resampler.</summary>
    /// <param name="inputHz">Rate of the frames that come in.</param>
    /// <param name="outputHz">Rate of the frames that go out.</param>
    /// <param name="channels">Values in a frame.</param>
    /// <param name="maxInputFrames">Most frames one call of <see cref="Process"/> gets.</param>
    /// <exception cref="WindowMismatchException">The two rates have no ratio of small whole numbers.</exception>
    public Resampler(double inputHz, double outputHz, int channels, int maxInputFrames)
    {
        (_up, _down) = Ratio(outputHz, inputHz);
        _channels = channels;
        var stretch = Math.Max(1.0, (double)_down / _up);
        // A step down of a million to one would need a filter of 64 million values for nothing a model can use.
        if (_up * 2 * Math.Ceiling(ZeroCrossings * stretch) > MaxBankValues) throw NoRatio(inputHz, outputHz);
        HalfTaps = (int)Math.Ceiling(ZeroCrossings * stretch);
        Taps = 2 * HalfTaps;
        _bank = MakeBank(_up, HalfTaps, stretch);
        MaxInputFrames = maxInputFrames;
        _history = new float[(Taps + maxInputFrames) * channels];
        Reset();
    }

    /// <summary>Input frames that one output frame looks at.</summary>
    public int Taps { get; }

    /// <summary>Most frames one call of <see cref="Process"/> may get.</summary>
    public int MaxInputFrames { get; }

    private int HalfTaps { get; }

    /// <summary>Output frames that <paramref name="inputFrames"/> more input frames can give at most.</summary>
    public int MaxOutputFrames(int inputFrames) => (int)((((long)inputFrames + 1) * _up) / _down) + 1;

    /// <summary>Input frames still missing before <paramref name="outputFrames"/> more output frames are there; at least 1.</summary>
    public int InputFramesFor(int outputFrames)
    {
        var last = (_phase + ((long)(outputFrames - 1) * _down)) / _up; // input index of the last one, from the first frame held
        return (int)Math.Clamp(last + Taps - _held, 1, MaxInputFrames);
    }

    /// <summary>Forgets all input: the next frame is the first, with silence before it.</summary>
    public void Reset()
    {
        // The first output stands on the first input frame: HalfTaps - 1 frames of silence come before it.
        Array.Clear(_history);
        _held = HalfTaps - 1;
        _phase = 0;
    }

    /// <summary>Output frames that stand within the input so far and wait for what follows.</summary>
    public int PendingFrames
    {
        get
        {
            // Output k from here stands on input frame (phase + k * down) / up of those held; the last one in the input is held - HalfTaps.
            var room = ((long)(_held - HalfTaps + 1) * _up) - _phase;
            return room <= 0 ? 0 : (int)((room + _down - 1) / _down);
        }
    }

    /// <summary>Takes frames in and writes the frames that have become known.</summary>
    /// <param name="input">Interleaved frames, at most <see cref="MaxInputFrames"/>.</param>
    /// <param name="output">Room for <see cref="MaxOutputFrames"/> interleaved frames.</param>
    /// <returns>Frames written.</returns>
    public int Process(ReadOnlySpan<float> input, Span<float> output)
    {
        input.CopyTo(_history.AsSpan(_held * _channels));
        return Advance(input.Length / _channels, output);
    }

    /// <summary>Writes the frames that stand within the input but wait for what follows, as if silence followed.</summary>
    /// <param name="output">Room for <see cref="PendingFrames"/> interleaved frames.</param>
    /// <returns>Frames written.</returns>
    public int Flush(Span<float> output)
    {
        var written = 0;
        for (var silence = HalfTaps; silence > 0;)
        {
            var frames = Math.Min(silence, MaxInputFrames);
            _history.AsSpan(_held * _channels, frames * _channels).Clear();
            written += Advance(frames, output[(written * _channels)..]);
            silence -= frames;
        }

        return written;
    }

    private int Advance(int frames, Span<float> output)
    {
        _held += frames;
        var first = 0;
        var written = 0;
        while (first + Taps <= _held)
        {
            Convolve(_history.AsSpan(first * _channels, Taps * _channels), _bank.AsSpan(_phase * Taps, Taps), output.Slice(written * _channels, _channels));
            written++;
            _phase += _down;
            first += _phase / _up;
            _phase %= _up;
        }

        // The filter is always longer than a step (32 zero crossings of the wider period), so what is dropped is held.
        Array.Copy(_history, first * _channels, _history, 0, (_held - first) * _channels);
        _held -= first;
        return written;
    }

    private void Convolve(ReadOnlySpan<float> frames, ReadOnlySpan<float> weights, Span<float> output)
    {
        if (_channels == 1)
        {
            output[0] = Dot(frames, weights);
            return;
        }

        for (var channel = 0; channel < _channels; channel++)
        {
            var sum = 0f;
            for (var tap = 0; tap < weights.Length; tap++) sum += frames[(tap * _channels) + channel] * weights[tap];
            output[channel] = sum;
        }
    }

    private static float Dot(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        var sums = Vector<float>.Zero;
        var at = 0;
        for (; at + Vector<float>.Count <= left.Length; at += Vector<float>.Count) sums += new Vector<float>(left[at..]) * new Vector<float>(right[at..]);
        var sum = Vector.Sum(sums);
        for (; at < left.Length; at++) sum += left[at] * right[at];
        return sum;
    }

    private static float[] MakeBank(int phases, int halfTaps, double stretch)
    {
        var taps = 2 * halfTaps;
        var bank = new float[phases * taps];
        var row = new double[taps];
        for (var phase = 0; phase < phases; phase++)
        {
            var sum = 0.0;
            for (var tap = 0; tap < taps; tap++)
            {
                // Distance, in input frames, from the output's time to this tap's frame.
                var distance = tap - (halfTaps - 1) - ((double)phase / phases);
                row[tap] = Sinc(distance * PassBand / stretch) * Kaiser(distance / halfTaps);
                sum += row[tap];
            }

            // Each phase passes a constant unchanged; without this the phases differ by a hum of their own.
            for (var tap = 0; tap < taps; tap++) bank[(phase * taps) + tap] = (float)(row[tap] / sum);
        }

        return bank;
    }

    private static double Sinc(double x) => Math.Abs(x) < 1e-12 ? 1 : Math.Sin(Math.PI * x) / (Math.PI * x);

    private static double Kaiser(double x) => Math.Abs(x) >= 1 ? 0 : Bessel(KaiserBeta * Math.Sqrt(1 - (x * x))) / Bessel(KaiserBeta);

    // Modified Bessel function of order 0 by its power series, which ends fast for arguments below 10.
    private static double Bessel(double x)
    {
        double sum = 1, term = 1;
        for (var k = 1; term > sum * 1e-16; k++)
        {
            term *= x * x / (4.0 * k * k);
            sum += term;
        }

        return sum;
    }

    private static (int Up, int Down) Ratio(double outputHz, double inputHz)
    {
        // Continued fraction of the ratio, until it is exact to a part in 10^9.
        var ratio = outputHz / inputHz;
        long p0 = 0, q0 = 1, p1 = 1, q1 = 0;
        for (var x = ratio; ;)
        {
            var whole = (long)Math.Floor(x);
            (p0, p1) = (p1, (whole * p1) + p0);
            (q0, q1) = (q1, (whole * q1) + q0);
            if (p1 > MaxPhases || q1 > int.MaxValue || double.IsNaN(ratio)) throw NoRatio(inputHz, outputHz);
            if (Math.Abs(((double)p1 / q1) - ratio) <= ratio * 1e-9) return p1 == 0 ? throw NoRatio(inputHz, outputHz) : ((int)p1, (int)q1);
            x = 1 / (x - whole);
        }
    }

    private static WindowMismatchException NoRatio(double inputHz, double outputHz) => new(
        string.Create(CultureInfo.InvariantCulture, $"{inputHz} Hz cannot be resampled to {outputHz} Hz: they are too far apart, or their ratio has no whole numbers up to {MaxPhases}; ") +
        "choose rates such as 48000 and 16000");
}
