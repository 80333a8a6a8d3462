using EdgeRunner.Device.Windows;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Device.Tests.Windows;

public class ResamplerPropertyTests
{
    [Theory]
    [InlineData(48_000, 16_000, 100)]
    [InlineData(48_000, 16_000, 6_800)]
    [InlineData(44_100, 16_000, 1_000)]
    [InlineData(44_100, 16_000, 6_800)]
    [InlineData(8_000, 16_000, 440)]
    [InlineData(8_000, 16_000, 3_400)]
    [InlineData(16_000, 22_050, 5_000)]
    public void Sine_within_the_pass_band_keeps_its_amplitude_within_a_tenth_of_a_decibel(double from, double to, double hertz)
    {
        var output = Run(from, to, Sine(from, hertz, 24_000));

        var decibel = 20 * Math.Log10(AmplitudeAt(Middle(output), to, hertz));

        Assert.InRange(decibel, -0.1, 0.1);
        // What is not that sine, is noise of the filter: images and rounding.
        Assert.True(Residue(Middle(output), to, hertz) < 1e-3, $"residue {Residue(Middle(output), to, hertz)}");
    }

    [Theory]
    [InlineData(8_500)]
    [InlineData(10_000)]
    [InlineData(15_900)]
    [InlineData(23_000)]
    public void Sine_above_the_new_band_is_stopped_by_more_than_60_decibel(double hertz)
    {
        var output = Middle(Run(48_000, 16_000, Sine(48_000, hertz, 24_000)));

        var decibel = 20 * Math.Log10(output.Max(Math.Abs));

        Assert.True(decibel < -60, $"{hertz} Hz comes through at {decibel:0.0} dB");
    }

    [Fact]
    public void Output_frames_are_as_many_as_stand_within_the_input_however_it_is_cut()
    {
        var rates = Gen.Elements(8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 360, 1_000);
        Prop.ForAll(rates.ToArbitrary(), rates.ToArbitrary(), ArbMap.Default.ArbFor<byte[]>(), (from, to, cuts) =>
        {
            var input = Noise(cuts.Sum(cut => cut) + 1, seed: cuts.Length);
            var output = Run(from, to, input, cuts);
            var divisor = (int)System.Numerics.BigInteger.GreatestCommonDivisor(from, to);
            var (up, down) = ((long)(to / divisor), (long)(from / divisor));

            Assert.Equal(((input.Length * up) + down - 1) / down, output.Length);
            Assert.Equal(Run(from, to, input), output);
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData(48_000, 16_000)]
    [InlineData(16_000, 44_100)]
    public void Frames_that_are_asked_for_are_enough_and_not_one_too_many(double from, double to)
    {
        var resampler = new Resampler(from, to, channels: 1, maxInputFrames: 4096);
        var output = new float[resampler.MaxOutputFrames(4096)];
        for (var wanted = 1; wanted < 200; wanted += 7)
        {
            var needed = resampler.InputFramesFor(wanted);
            var got = needed > 1 ? resampler.Process(new float[needed - 1], output) : 0;
            Assert.True(got < wanted, $"{needed - 1} frames gave {got}, {wanted} were wanted");
            Assert.True(got + resampler.Process(new float[1], output) >= wanted);
        }
    }

    [Theory]
    [InlineData(48_000, 16_000)]
    [InlineData(44_100, 16_000)]
    [InlineData(8_000, 22_050)]
    public void Constant_passes_unchanged(double from, double to)
    {
        var input = new float[8_000];
        Array.Fill(input, 0.625f);

        Assert.All(Middle(Run(from, to, input)), value => Assert.Equal(0.625f, value, 1e-6f));
    }

    [Theory]
    [InlineData(48_000, 15_999.7)]
    [InlineData(44_100, 44_099)]
    [InlineData(100_000_000, 0.001)]
    [InlineData(48_000, 0.5)]
    [InlineData(0.001, 100_000_000)]
    [InlineData(double.NaN, 16_000)]
    [InlineData(16_000, double.PositiveInfinity)]
    public void Rates_without_a_sensible_ratio_are_refused_in_plain_words(double from, double to)
    {
        var refused = Assert.Throws<WindowMismatchException>(() => new Resampler(from, to, 1, 4096));

        Assert.Contains("cannot be resampled to", refused.Message, StringComparison.Ordinal);
        Assert.Contains("choose rates such as", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_far_step_down_is_made_as_long_as_its_filter_is_bounded()
    {
        var input = new float[200_000];
        Array.Fill(input, 2f);

        Assert.Equal(200, Run(100_000, 100, input).Length);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(70)] // more than the tail's buffer once had room for
    public void Each_channel_comes_out_as_if_it_were_alone(int channels)
    {
        const int Frames = 900;
        var alone = Enumerable.Range(0, channels).Select(channel => Noise(Frames, channel)).ToArray();
        var together = new float[Frames * channels];
        for (var at = 0; at < together.Length; at++) together[at] = alone[at % channels][at / channels];

        var output = Run(44_100, 16_000, together, [255, 1, 80], channels);

        for (var channel = 0; channel < channels; channel++)
        {
            var expected = Run(44_100, 16_000, alone[channel]);
            Assert.Equal(expected.Length, output.Length / channels);
            for (var at = 0; at < expected.Length; at++) Assert.Equal(expected[at], output[(at * channels) + channel], 1e-5f);
        }
    }

    [Fact]
    public void Reset_begins_as_a_new_one()
    {
        var resampler = new Resampler(48_000, 16_000, 1, 4096);
        var (first, second) = (new float[2_000], new float[2_000]);
        var input = Noise(3_000, 1);
        var count = resampler.Process(input, first);
        resampler.Reset();

        Assert.Equal(0, resampler.PendingFrames);
        Assert.Equal(count, resampler.Process(input, second));
        Assert.Equal(first, second);
        Assert.Equal(1_000 - count, resampler.PendingFrames);
        Assert.Equal(1_000 - count, resampler.Flush(first));
    }

    [Fact]
    public void Processing_allocates_nothing()
    {
        var resampler = new Resampler(44_100, 16_000, 2, 512);
        var (input, output) = (Noise(1_024, 3), new float[2 * resampler.MaxOutputFrames(512 + resampler.Taps)]);

        Assert.Equal(0, Allocations.Of(() =>
        {
            resampler.Process(input, output);
            resampler.Flush(output);
            resampler.Reset();
        }, calls: 100));
    }

    private static float[] Sine(double rate, double hertz, int frames) =>
        [.. Enumerable.Range(0, frames).Select(frame => (float)Math.Sin(2 * Math.PI * hertz * frame / rate))];

    private static float[] Noise(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() * 2) - 1)];
    }

    /// <summary>Everything that comes out, with the input cut into pieces of these lengths and then as long as may be.</summary>
    private static float[] Run(double from, double to, float[] input, byte[]? cuts = null, int channels = 1)
    {
        const int MaxInput = 300;
        var resampler = new Resampler(from, to, channels, MaxInput);
        var output = new List<float>();
        var buffer = new float[resampler.MaxOutputFrames(MaxInput + resampler.Taps) * channels];
        var left = input.AsSpan();
        foreach (var cut in cuts ?? [])
        {
            var length = Math.Min(cut * channels, left.Length);
            output.AddRange(buffer.AsSpan(0, resampler.Process(left[..length], buffer) * channels));
            left = left[length..];
        }

        for (; left.Length > 0; left = left[Math.Min(MaxInput * channels, left.Length)..])
            output.AddRange(buffer.AsSpan(0, resampler.Process(left[..Math.Min(MaxInput * channels, left.Length)], buffer) * channels));
        var pending = resampler.PendingFrames;
        var flushed = resampler.Flush(buffer);
        Assert.Equal(pending, flushed);
        output.AddRange(buffer.AsSpan(0, flushed * channels));
        return [.. output];
    }

    private static float[] Middle(float[] output) => output[(output.Length / 4)..(output.Length * 3 / 4)];

    private static double AmplitudeAt(float[] signal, double rate, double hertz)
    {
        var (sine, cosine) = Fit(signal, rate, hertz);
        return Math.Sqrt((sine * sine) + (cosine * cosine));
    }

    private static double Residue(float[] signal, double rate, double hertz)
    {
        var (sine, cosine) = Fit(signal, rate, hertz);
        var sum = 0.0;
        for (var at = 0; at < signal.Length; at++)
        {
            var angle = 2 * Math.PI * hertz * at / rate;
            var rest = signal[at] - (sine * Math.Sin(angle)) - (cosine * Math.Cos(angle));
            sum += rest * rest;
        }

        return Math.Sqrt(sum / signal.Length);
    }

    // Least squares for a · sin + b · cos.
    private static (double Sine, double Cosine) Fit(float[] signal, double rate, double hertz)
    {
        double ss = 0, sc = 0, cc = 0, ys = 0, yc = 0;
        for (var at = 0; at < signal.Length; at++)
        {
            var (s, c) = Math.SinCos(2 * Math.PI * hertz * at / rate);
            ss += s * s;
            sc += s * c;
            cc += c * c;
            ys += signal[at] * s;
            yc += signal[at] * c;
        }

        var determinant = (ss * cc) - (sc * sc);
        return (((ys * cc) - (yc * sc)) / determinant, ((yc * ss) - (ys * sc)) / determinant);
    }
}
