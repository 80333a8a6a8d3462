using EdgeRunner.Device.Tests.Sensors;
using EdgeRunner.Device.Windows;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Device.Tests.Windows;

public class ResamplerTests
{
    [Theory]
    [InlineData(48_000, 16_000, 1_000)]
    [InlineData(48_000, 16_000, 6_500)]
    [InlineData(44_100, 16_000, 440)]
    [InlineData(44_100, 16_000, 6_500)]
    [InlineData(8_000, 16_000, 3_200)]
    [InlineData(11_025, 16_000, 4_000)]
    [InlineData(360, 250, 90)]
    public void Sine_in_the_band_keeps_its_amplitude_within_a_tenth_of_a_decibel(double from, double to, double hz)
    {
        Assert.InRange(GainDecibel(from, to, hz, hz), -0.1, 0.1);
    }

    [Theory]
    [InlineData(48_000, 16_000, 8_500, 7_500)]
    [InlineData(48_000, 16_000, 12_000, 4_000)]
    [InlineData(48_000, 16_000, 15_500, 500)]
    [InlineData(44_100, 16_000, 10_000, 6_000)]
    [InlineData(44_100, 8_000, 5_000, 3_000)]
    [InlineData(8_000, 16_000, 3_000, 5_000)] // the image of an interpolation
    public void Alias_is_more_than_sixty_decibels_down(double from, double to, double hz, double aliasHz)
    {
        Assert.True(GainDecibel(from, to, hz, aliasHz) < -60, $"{GainDecibel(from, to, hz, aliasHz)} dB");
    }

    [Theory]
    [InlineData(48_000, 16_000, 1)]
    [InlineData(44_100, 16_000, 2)]
    [InlineData(8_000, 16_000, 1)]
    [InlineData(16_000, 11_025, 100)]
    public void Number_of_frames_is_exact_after_the_flush(double from, double to, int channels)
    {
        foreach (var frames in new[] { 1, 2, 3, 100, 441, 1_000 })
            Assert.Equal((int)Math.Ceiling(frames * to / from), Run(from, to, channels, new float[frames * channels], [7]).Length / channels);
    }

    [Fact]
    public void Constant_stays_constant()
    {
        var output = Run(44_100, 16_000, 1, [.. Enumerable.Repeat(0.75f, 4_000)], [500]);
        Assert.All(output[100..^100], value => Assert.InRange(value, 0.7499f, 0.7501f));
    }

    [Fact]
    public void However_the_input_is_cut_the_output_is_the_same_bit_for_bit()
    {
        var random = new Random(1);
        var input = Enumerable.Range(0, 2 * 900).Select(_ => (float)random.NextDouble() - 0.5f).ToArray();
        var whole = Run(44_100, 16_000, 2, input, [900]);
        Prop.ForAll(Gen.Choose(1, 300).NonEmptyListOf().ToArbitrary(), cuts => whole.AsSpan().SequenceEqual(Run(44_100, 16_000, 2, input, [.. cuts])))
            .QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Channels_do_not_leak_into_each_other_and_equal_the_mono_result()
    {
        var random = new Random(2);
        var mono = Enumerable.Range(0, 500).Select(_ => (float)random.NextDouble()).ToArray();
        var stereo = new float[1_000];
        for (var i = 0; i < 500; i++)
            stereo[2 * i] = mono[i];
        var expected = Run(48_000, 16_000, 1, mono, [500]);
        var output = Run(48_000, 16_000, 2, stereo, [500]);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], output[2 * i], 1e-6f); // The order of the sums differs, and with it the last bits.
            Assert.Equal(0, output[(2 * i) + 1]);
        }
    }

    [Fact]
    public void Asking_for_the_frames_it_names_gives_exactly_the_frames_wanted()
    {
        var resampler = new Resampler(44_100, 16_000, 1, 100_000);
        var input = new float[100_000];
        var output = new float[100_000];
        for (var wanted = 1; wanted < 400; wanted += 7)
        {
            var needed = resampler.InputFramesFor(wanted);
            Assert.Equal(wanted - 1, resampler.Process(input.AsSpan(0, needed - 1), output));
            Assert.Equal(1, resampler.Process(input.AsSpan(0, 1), output));
        }
    }

    [Fact]
    public void Processing_allocates_nothing()
    {
        var resampler = new Resampler(44_100, 16_000, 2, 512);
        var (input, output) = (new float[1_024], new float[1_024]);
        Assert.Equal(0, Allocations.Of(() => resampler.Process(input, output)));
    }

    [Theory]
    [InlineData(44_100, 16_001)]
    [InlineData(1e8, 0.001)]
    [InlineData(1e8, 1)]
    public void Rates_without_a_small_ratio_are_refused_with_both_rates(double from, double to)
    {
        var e = Assert.Throws<WindowMismatchException>(() => new Resampler(from, to, 1, 100));
        Assert.Contains($"{from} Hz cannot be resampled to {to} Hz", e.Message, StringComparison.Ordinal);
    }

    private static double GainDecibel(double from, double to, double hz, double measureHz)
    {
        var seconds = 4_000 / to;
        var input = Enumerable.Range(0, (int)(seconds * from)).Select(i => (float)Math.Sin(2 * Math.PI * hz * i / from)).ToArray();
        var output = Run(from, to, 1, input, [1_000]);
        // Amplitude at one frequency, with a Hann window so that what lies beside it does not leak in.
        var middle = output.AsSpan(500, 3_000);
        double re = 0, im = 0, weight = 0;
        for (var i = 0; i < middle.Length; i++)
        {
            var hann = 0.5 - (0.5 * Math.Cos(2 * Math.PI * i / middle.Length));
            re += hann * middle[i] * Math.Cos(2 * Math.PI * measureHz * i / to);
            im += hann * middle[i] * Math.Sin(2 * Math.PI * measureHz * i / to);
            weight += hann;
        }

        return 20 * Math.Log10(Math.Max(2 * Math.Sqrt((re * re) + (im * im)) / weight, 1e-12));
    }

    private static float[] Run(double from, double to, int channels, float[] input, int[] cuts)
    {
        var resampler = new Resampler(from, to, channels, 1_000);
        var output = new float[(resampler.MaxOutputFrames(input.Length / channels) + resampler.MaxOutputFrames(resampler.Taps)) * channels];
        var (read, written) = (0, 0);
        for (var cut = 0; read < input.Length; cut++)
        {
            var count = Math.Min(cuts[cut % cuts.Length] * channels, input.Length - read);
            written += resampler.Process(input.AsSpan(read, count), output.AsSpan(written * channels));
            read += count;
        }

        written += resampler.Flush(output.AsSpan(written * channels));
        return output[..(written * channels)];
    }
}
