using System.Runtime.InteropServices;
using EdgeRunner.Device.Decisions;
using EdgeRunner.Device.Windows;
using EdgeRunner.Native.OnnxRuntime;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Device.Tests.Windows;

public class WindowAssemblerPropertyTests
{
    [Fact]
    public void Silero_windows_over_the_recording_are_87_each_with_64_samples_of_the_one_before()
    {
        var samples = Enumerable.Range(1, 44_580).Select(n => (float)n).ToArray();

        var windows = Feed(New(new WindowOptions { Length = 576, Hop = 512, Prime = WindowPriming.Zeros }), samples);

        Assert.Equal(87, windows.Count);
        Assert.Equal([.. new float[64], .. samples[..512]], windows[0].Values);
        for (var window = 1; window < 87; window++)
        {
            Assert.Equal(samples[((window * 512) - 64)..((window + 1) * 512)], windows[window].Values);
            Assert.Equal((window * 512L, (window + 1) * 512L), (windows[window].New, windows[window].End));
        }
    }

    [Fact]
    public void Windows_are_those_of_the_plain_definition_for_any_length_hop_priming_and_cut()
    {
        var numbers = Gen.Choose(1, 40);
        Prop.ForAll(numbers.Two().ToArbitrary(), Gen.Choose(0, 400).ToArbitrary(), Gen.Choose(1, 50).ListOf().Where(list => list.Count > 0).ToArbitrary(), (shape, count, reads) =>
        {
            var (length, hop) = shape;
            var prime = hop < length && count % 2 == 0 ? WindowPriming.Zeros : WindowPriming.Wait;
            var samples = Enumerable.Range(1, count).Select(n => (float)n).ToArray();

            var windows = Feed(New(new WindowOptions { Length = length, Hop = hop, Prime = prime }), samples, [.. reads]);

            var zeros = prime == WindowPriming.Zeros ? length - hop : 0;
            float[] all = [.. new float[zeros], .. samples];
            var expected = new List<Window>();
            for (var start = 0; start + length <= all.Length; start += hop)
            {
                var fresh = start == 0 ? length - zeros : Math.Min(hop, length);
                var end = start + length - zeros;
                expected.Add(new Window(all[start..(start + length)], end - fresh, end));
            }

            Assert.Equal(expected, windows);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Staging_asks_for_what_the_next_window_lacks_and_no_more()
    {
        Prop.ForAll(Gen.Choose(1, 6_000).Two().ToArbitrary(), Gen.Choose(1, 5_000).ListOf().ToArbitrary(), (shape, reads) =>
        {
            var assembler = New(new WindowOptions { Length = shape.Item1, Hop = shape.Item2 });
            var window = new byte[shape.Item1 * sizeof(float)];
            long accepted = 0, next = shape.Item1;
            foreach (var read in reads)
            {
                Assert.Equal(Math.Min(4096, next - accepted), assembler.Staging.Length);
                var frames = Math.Min(read, assembler.Staging.Length);
                assembler.Accept(frames);
                accepted += frames;
                Assert.Equal(accepted == next, assembler.TryTake(window));
                if (accepted == next) next += shape.Item2;
            }
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData(48_000, 16_000)]
    [InlineData(44_100, 16_000)]
    [InlineData(8_000, 16_000)]
    public void Resampled_window_is_there_with_the_first_source_frame_that_makes_it_possible(double from, double to)
    {
        var assembler = New(new WindowOptions { Length = 512, ResampleToHz = to }, rateHz: from);
        var whole = new Resampler(from, to, 1, 200_000);
        var output = new float[whole.MaxOutputFrames(200_000)];
        var random = new Random(1);
        var fed = new List<float>();
        var taken = new List<float>();
        while (taken.Count < 20 * 512)
        {
            Assert.False(assembler.TryTake(new byte[2048]));
            var staging = assembler.Staging;
            for (var at = 0; at < staging.Length; at++) staging[at] = random.NextSingle();
            // One frame less than was asked for is never enough.
            fed.AddRange(staging);
            var last = staging[^1];
            assembler.Accept(staging.Length - 1);
            Assert.False(assembler.TryTake(new byte[2048]));
            assembler.Staging[0] = last;
            assembler.Accept(1);
            var window = new float[512];
            if (assembler.TryTake(MemoryMarshal.AsBytes(window.AsSpan()))) taken.AddRange(window);
        }

        whole.Process(fed.ToArray(), output);
        Assert.Equal(output[..taken.Count], taken);
        Assert.Equal(to, assembler.RateHz);
        Assert.Equal((long)Math.Ceiling(512 * from / to), assembler.WindowSourceFrames);
    }

    [Fact]
    public void End_of_a_resampled_source_gives_the_window_that_its_tail_completes()
    {
        var assembler = New(new WindowOptions { Length = 100, ResampleToHz = 16_000 }, rateHz: 48_000);
        Assert.Empty(Feed(assembler, new float[300]));

        assembler.Finish();

        Assert.True(assembler.TryTake(new byte[400]));
        Assert.False(assembler.TryTake(new byte[400]));
        Assert.Equal(100, assembler.EndFrame);
    }

    [Theory]
    [InlineData(nameof(WindowLayout.Interleaved), new[] { 1f, 10, 2, 20, 3, 30 })]
    [InlineData(nameof(WindowLayout.Planar), new[] { 1f, 2, 3, 10, 20, 30 })]
    public void Channels_stand_in_the_order_of_the_layout(string layout, float[] expected)
    {
        var options = new WindowOptions { Length = 3, Layout = Enum.Parse<WindowLayout>(layout) };

        Assert.Equal(expected, Assert.Single(Feed(New(options, channels: 2), [1, 10, 2, 20, 3, 30], channels: 2)).Values);
    }

    [Fact]
    public void Channels_are_picked_in_the_order_that_is_asked_for()
    {
        var options = new WindowOptions { Length = 2, Channels = [2, 0, 2] };

        Assert.Equal([3f, 1, 3, 6, 4, 6], Assert.Single(Feed(New(options, channels: 3), [1, 2, 3, 4, 5, 6], channels: 3)).Values);
    }

    [Fact]
    public void Gap_drops_what_is_held_and_positions_go_on_behind_it()
    {
        var assembler = New(new WindowOptions { Length = 4, Hop = 2, Prime = WindowPriming.Zeros });
        Feed(assembler, [1, 2, 3, 4, 5]); // two windows, and one frame that the third would have needed

        assembler.Reset();
        var after = Feed(assembler, [6, 7, 8, 9]);

        Assert.Equal([new Window([0, 0, 6, 7], 5, 7), new Window([6, 7, 8, 9], 7, 9)], after);
    }

    [Fact]
    public void Gap_before_the_first_window_and_in_what_the_hop_leaves_out_counts_the_frames_too()
    {
        var waiting = New(new WindowOptions { Length = 4 });
        Feed(waiting, [1, 2, 3]);
        waiting.Reset();
        Assert.Equal([new Window([4, 5, 6, 7], 3, 7)], Feed(waiting, [4, 5, 6, 7]));

        var sparse = New(new WindowOptions { Length = 1, Hop = 10 });
        Feed(sparse, [1, 2, 3]); // a window, and two of the nine frames between
        sparse.Reset();
        Assert.Equal([new Window([4], 3, 4)], Feed(sparse, [4]));
    }

    [Fact]
    public void Gap_in_a_resampled_source_counts_the_frames_inside_the_filter()
    {
        var assembler = New(new WindowOptions { Length = 10, ResampleToHz = 16_000 }, rateHz: 48_000);
        Feed(assembler, new float[4_800]); // 1600 frames at 16 kHz, of which the filter still holds some

        assembler.Reset();
        var first = Feed(assembler, new float[600])[0];

        Assert.Equal((1_600L, 1_610L), (first.New, first.End));
    }

    [Theory]
    [InlineData(TensorElementType.Int8, new float[] { -128, -128, -2, 0, 2, 127, 127, 0 })]
    [InlineData(TensorElementType.UInt8, new float[] { 0, 0, 0, 0, 2, 199, 255, 0 })]
    [InlineData(TensorElementType.Int16, new float[] { -32768, -200, -2, 0, 2, 199, 32767, 0 })]
    [InlineData(TensorElementType.UInt16, new float[] { 0, 0, 0, 0, 2, 199, 65535, 0 })]
    [InlineData(TensorElementType.Int32, new float[] { int.MinValue, -200, -2, 0, 2, 199, int.MaxValue, 0 })]
    [InlineData(TensorElementType.UInt32, new float[] { 0, 0, 0, 0, 2, 199, uint.MaxValue, 0 })]
    [InlineData(TensorElementType.Int64, new float[] { long.MinValue, -200, -2, 0, 2, 199, long.MaxValue, 0 })]
    [InlineData(TensorElementType.UInt64, new float[] { 0, 0, 0, 0, 2, 199, ulong.MaxValue, 0 })]
    [InlineData(TensorElementType.Bool, new float[] { 1, 1, 1, 0, 1, 1, 1, 1 })]
    [InlineData(TensorElementType.Float16, new[] { float.NegativeInfinity, -200f, -1.5f, 0, 1.6f, 199.4f, float.PositiveInfinity, float.NaN })]
    [InlineData(TensorElementType.BFloat16, new[] { -1e30f, -200f, -1.5f, 0, 1.6f, 199f, 1e30f, float.NaN })]
    [InlineData(TensorElementType.Float32, new[] { -1e30f, -200f, -1.5f, 0, 1.6f, 199.4f, 1e30f, float.NaN })]
    [InlineData(TensorElementType.Float64, new[] { -1e30f, -200f, -1.5f, 0, 1.6f, 199.4f, 1e30f, float.NaN })]
    public void Values_become_the_element_type_of_the_input_rounded_and_saturated(TensorElementType type, float[] expected)
    {
        float[] values = [-1e30f, -200, -1.5f, 0, 1.6f, 199.4f, 1e30f, float.NaN];
        var assembler = new WindowAssembler(new WindowOptions { Length = 8 }, 1, 0, type, 8, "x");
        values.CopyTo(assembler.Staging);
        assembler.Accept(8);
        var bytes = new byte[8 * 8];

        Assert.True(assembler.TryTake(bytes));

        for (var at = 0; at < 8; at++)
        {
            var actual = (float)ElementReader.Read(type, bytes, at);
            var tolerance = type == TensorElementType.Float16 ? 2e-3f : type == TensorElementType.BFloat16 ? 8e-3f : 0;
            Assert.True(actual.Equals(expected[at]) || Math.Abs(actual - expected[at]) <= Math.Abs(expected[at]) * tolerance, $"{type}[{at}]: {actual}, expected {expected[at]}");
        }
    }

    [Fact]
    public void Scale_and_offset_apply_to_every_value()
    {
        var options = new WindowOptions { Length = 3, Scale = 0.5, Offset = -1, Layout = WindowLayout.Planar };

        Assert.Equal([-0.5f, 0, 0.5f], Assert.Single(Feed(New(options), [1, 2, 3])).Values);
    }

    [Fact]
    public void Window_that_does_not_fit_is_refused_with_what_would()
    {
        Refused("window.channels names channel 3, but the source has 2 (0 to 1)", new WindowOptions { Length = 2, Channels = [0, 3] }, channels: 2, elements: 4);
        Refused("a window of 5 frames with 2 channel(s) has 10 values, but the model's input x takes 12; set window.length to 6", new WindowOptions { Length = 5 }, channels: 2, elements: 12);
        Refused("takes 9; pick 3 channel(s) with window.channels", new WindowOptions { Length = 3 }, channels: 4, elements: 9);
        Refused("takes 7; no length fits 2 channels; with one channel in window.channels, set window.length to 7", new WindowOptions { Length = 3 }, channels: 2, elements: 7);
        Refused("input x is string; a window can fill numeric and bool inputs only", new WindowOptions { Length = 3 }, type: TensorElementType.String);
        Refused("needs the source's rate; set source.sampleRateHz", new WindowOptions { Length = 3, ResampleToHz = 8_000 });

        static void Refused(string expected, WindowOptions options, int channels = 1, long elements = 3, TensorElementType type = TensorElementType.Float32) =>
            Assert.Contains(expected, Assert.Throws<WindowMismatchException>(() => new WindowAssembler(options, channels, 0, type, elements, "x")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Same_rate_needs_no_resampler()
    {
        Assert.Equal([1f, 2], Assert.Single(Feed(New(new WindowOptions { Length = 2, ResampleToHz = 16_000 }, rateHz: 16_000), [1, 2])).Values);
    }

    [Theory]
    [InlineData(nameof(WindowLayout.Interleaved), null)]
    [InlineData(nameof(WindowLayout.Planar), 16_000.0)]
    public void From_frames_to_window_nothing_is_allocated(string layout, double? rate)
    {
        var options = new WindowOptions { Length = 160, Hop = 80, Channels = [1, 0], Layout = Enum.Parse<WindowLayout>(layout), ResampleToHz = rate };
        var assembler = new WindowAssembler(options, 2, 48_000, TensorElementType.Int16, 320, "x");
        var window = new byte[640];

        Assert.Equal(0, Allocations.Of(() =>
        {
            assembler.Accept(assembler.Staging.Length / 2);
            while (assembler.TryTake(window))
            {
            }
        }, calls: 100));
        Assert.True(assembler.EndFrame > 0);
    }

    private static WindowAssembler New(WindowOptions options, int channels = 1, double rateHz = 0) =>
        new(options, channels, rateHz, TensorElementType.Float32, options.Length * (options.Channels?.Count ?? channels), "x");

    /// <summary>Gives the values to the assembler, as many frames at a time as it asks for or as <paramref name="reads"/> say, and takes every window.</summary>
    private static List<Window> Feed(WindowAssembler assembler, float[] values, List<int>? reads = null, int channels = 1)
    {
        var windows = new List<Window>();
        // The tensor is as long as the window; what is behind it must stay untouched.
        var tensor = new float[1 << 14];
        for (var (at, turn) = (0, 0); at < values.Length; turn++)
        {
            var staging = assembler.Staging;
            var count = Math.Min(values.Length - at, Math.Min(staging.Length, (reads?[turn % reads.Count] ?? int.MaxValue / channels) * channels));
            values.AsSpan(at, count).CopyTo(staging);
            assembler.Accept(count / channels);
            at += count;
            tensor.AsSpan().Fill(float.NaN);
            while (assembler.TryTake(MemoryMarshal.AsBytes(tensor.AsSpan())))
            {
                windows.Add(new Window(tensor[..Array.FindIndex(tensor, float.IsNaN)], assembler.NewFrame, assembler.EndFrame));
                tensor.AsSpan().Fill(float.NaN);
            }
        }

        return windows;
    }

    private sealed record Window(float[] Values, long New, long End)
    {
        public bool Equals(Window? other) => other is not null && Values.AsSpan().SequenceEqual(other.Values) && New == other.New && End == other.End;

        public override int GetHashCode() => Values.Length;

        public override string ToString() => $"[{string.Join(' ', Values)}] {New}..{End}";
    }
}
