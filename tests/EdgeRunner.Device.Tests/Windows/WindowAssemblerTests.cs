using System.Runtime.InteropServices;
using EdgeRunner.Device.Tests.Sensors;
using EdgeRunner.Device.Windows;
using EdgeRunner.Native.OnnxRuntime;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Device.Tests.Windows;

public class WindowAssemblerTests
{
    [Fact]
    public void Primed_windows_overlap_as_a_voice_detector_wants_them()
    {
        // 576 = the last 64 samples of the chunk before and 512 new ones.
        var (windows, assembler) = Run(new WindowOptions { Length = 576, Hop = 512, Prime = WindowPriming.Zeros }, Ramp(44_580), 1);
        Assert.Equal(87, windows.Count);
        Assert.All(windows[0].Values[..64], value => Assert.Equal(0, value));
        Assert.Equal(1, windows[0].Values[64]);
        Assert.Equal(512 - 63, windows[1].Values[0]);
        Assert.Equal((16 * 512L, 17 * 512L), (windows[16].New, windows[16].End));
        Assert.Equal(87 * 512, assembler.EndFrame);
    }

    [Fact]
    public void Waiting_windows_begin_with_the_first_frame_and_long_hops_leave_frames_out()
    {
        var (overlap, _) = Run(new WindowOptions { Length = 4, Hop = 2 }, Ramp(9), 1);
        Assert.Equal([[1f, 2, 3, 4], [3f, 4, 5, 6], [5f, 6, 7, 8]], overlap.Select(window => window.Values));
        Assert.Equal([(0L, 4L), (4L, 6L), (6L, 8L)], overlap.Select(window => (window.New, window.End)));
        var (gaps, _) = Run(new WindowOptions { Length = 2, Hop = 5 }, Ramp(12), 1);
        Assert.Equal([[1f, 2], [6f, 7], [11f, 12]], gaps.Select(window => window.Values));
    }

    [Fact]
    public void Channels_are_picked_in_order_and_laid_out_as_asked()
    {
        float[] frames = [1, 2, 3, 4, 5, 6];
        Assert.Equal([[3f, 1, 6, 4]], Run(new WindowOptions { Length = 2, Channels = [2, 0] }, frames, 3).Windows.Select(w => w.Values));
        Assert.Equal([[3f, 6, 1, 4]], Run(new WindowOptions { Length = 2, Channels = [2, 0], Layout = WindowLayout.Planar }, frames, 3).Windows.Select(w => w.Values));
        Assert.Equal([[2f, 8], [14f, 20]], Run(new WindowOptions { Length = 2, Scale = 2, Channels = [0], Offset = 0 }, [1, 0, 4, 0, 7, 0, 10, 0], 2).Windows.Select(w => w.Values));
    }

    [Theory]
    [InlineData(TensorElementType.UInt8, new byte[] { 0, 2, 2, 255, 0, 255, 0 })]
    [InlineData(TensorElementType.Int8, new sbyte[] { -2, 2, 2, 127, 0, 127, -128 })]
    [InlineData(TensorElementType.Int16, new short[] { -2, 2, 2, 300, 0, 32767, -32768 })]
    [InlineData(TensorElementType.UInt16, new ushort[] { 0, 2, 2, 300, 0, 65535, 0 })]
    [InlineData(TensorElementType.Int32, new[] { -2, 2, 2, 300, 0, int.MaxValue, int.MinValue })]
    [InlineData(TensorElementType.UInt32, new uint[] { 0, 2, 2, 300, 0, uint.MaxValue, 0 })]
    [InlineData(TensorElementType.Int64, new long[] { -2, 2, 2, 300, 0, long.MaxValue, long.MinValue })]
    [InlineData(TensorElementType.UInt64, new ulong[] { 0, 2, 2, 300, 0, ulong.MaxValue, 0 })]
    public void Whole_number_inputs_round_to_nearest_even_and_saturate(TensorElementType type, Array expected)
    {
        float[] values = [-1.6f, 1.5f, 2.5f, 300, float.NaN, 1e30f, -1e30f];
        var size = Buffer.ByteLength(expected);
        var bytes = new byte[size];
        ElementConverter.For(type, 1, 0)!.Convert(values, bytes);
        var expectedBytes = new byte[size];
        Buffer.BlockCopy(expected, 0, expectedBytes, 0, size);
        Assert.Equal(expectedBytes, bytes);
    }

    [Fact]
    public void Real_and_bool_inputs_take_the_nearest_value()
    {
        float[] values = [0.1f, -2, float.NaN, 0];
        var halves = new Half[4];
        ElementConverter.For(TensorElementType.Float16, 2, 1)!.Convert(values, MemoryMarshal.AsBytes(halves.AsSpan()));
        Assert.Equal([(Half)1.2f, (Half)(-3), Half.NaN, (Half)1], halves);
        var words = new ushort[5];
        ElementConverter.For(TensorElementType.BFloat16, 1, 0)!.Convert([1f, 1.00390625f, 1.01171875f, float.NaN, float.PositiveInfinity], MemoryMarshal.AsBytes(words.AsSpan()));
        Assert.Equal([0x3F80, 0x3F80, 0x3F82], words[..3]); // ties go to even
        Assert.True(float.IsNaN(BitConverter.UInt32BitsToSingle((uint)words[3] << 16)));
        Assert.Equal(0x7F80, words[4]);
        var flags = new byte[3];
        ElementConverter.For(TensorElementType.Bool, 1, 0)!.Convert([0f, 0.5f, -1], flags);
        Assert.Equal([0, 1, 1], flags);
        Assert.Null(ElementConverter.For(TensorElementType.String, 1, 0));
    }

    [Fact]
    public void Any_window_over_any_reads_equals_the_plain_definition()
    {
        var numbers = Gen.Choose(1, 12);
        var cases = from length in numbers from hop in numbers from zeros in Gen.Elements(true, false) from cuts in Gen.Choose(1, 9).NonEmptyListOf() select (length, hop, zeros, cuts);
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var zeros = c.zeros && c.hop <= c.length ? c.length - c.hop : 0;
            var input = Ramp(70);
            var padded = new float[zeros].Concat(input).ToArray();
            var expected = Enumerable.Range(0, padded.Length).Where(i => i % c.hop == 0 && i + c.length <= padded.Length).Select(i => padded[i..(i + c.length)]).ToList();
            var options = new WindowOptions { Length = c.length, Hop = c.hop, Prime = zeros > 0 ? WindowPriming.Zeros : WindowPriming.Wait };
            var windows = Run(options, input, 1, [.. c.cuts]).Windows;
            return windows.Count == expected.Count
                && windows.Zip(expected).All(pair => pair.First.Values.AsSpan().SequenceEqual(pair.Second))
                && windows.Select((w, i) => w.End == (i * (long)c.hop) + c.length - zeros).All(ok => ok);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Gap_drops_what_is_held_and_positions_count_what_was_lost()
    {
        var assembler = Make(new WindowOptions { Length = 4, Hop = 4 }, 1);
        Feed(assembler, [1, 2, 3, 4, 5, 6]);
        var window = new float[4];
        Assert.True(assembler.TryTake(MemoryMarshal.AsBytes(window.AsSpan())));
        assembler.Reset(lostFrames: 100);
        Feed(assembler, [7, 8, 9, 10]);
        Assert.True(assembler.TryTake(MemoryMarshal.AsBytes(window.AsSpan())));
        Assert.Equal([7f, 8, 9, 10], window);
        Assert.True(assembler.EndFrame >= 104 + 4, $"{assembler.EndFrame}");
    }

    [Fact]
    public void Resampled_windows_have_the_right_number_and_rate()
    {
        var options = new WindowOptions { Length = 576, Hop = 512, Prime = WindowPriming.Zeros, ResampleToHz = 16_000 };
        var assembler = Make(options, 1, 48_000);
        var windows = Drive(assembler, Ramp(48_000), 1, [333], 576);
        Assert.Equal((31, 16_000), (windows.Count, (int)assembler.RateHz)); // 16000 / 512
        Assert.Equal(31 * 512, assembler.EndFrame);
    }

    [Fact]
    public void Frames_as_large_as_a_picture_do_not_take_gigabytes()
    {
        const int Values = 224 * 224 * 3;
        var before = GC.GetAllocatedBytesForCurrentThread();
        var assembler = new WindowAssembler(new WindowOptions { Length = 1 }, Values, 0, TensorElementType.UInt8, Values, "image");
        Assert.Equal(Values, assembler.Staging.Length);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16 << 20);
    }

    [Theory]
    [InlineData(10, 1, null, "a window of 4 frames with 1 channel(s) has 4 values, but the model's input audio takes 10; set window.length to 10")]
    [InlineData(4, 1, 3, "window.channels names channel 3, but the source has 1 (0 to 0)")]
    public void Window_that_does_not_fit_says_what_would(int elements, int sourceChannels, int? channel, string expected)
    {
        var options = new WindowOptions { Length = 4, Channels = channel is { } c ? [c] : null };
        Assert.Equal(expected, Assert.Throws<WindowMismatchException>(() => new WindowAssembler(options, sourceChannels, 0, TensorElementType.Float32, elements, "audio")).Message);
    }

    [Fact]
    public void Windows_allocate_nothing()
    {
        var assembler = Make(new WindowOptions { Length = 576, Hop = 512, ResampleToHz = 16_000, Channels = [1], Prime = WindowPriming.Zeros }, 2, 48_000);
        var window = new byte[576 * 4];
        Assert.Equal(0, Allocations.Of(() =>
        {
            for (var i = 0; i < 100; i++)
            {
                assembler.Accept(assembler.Staging.Length / 2);
                while (assembler.TryTake(window))
                    continue;
            }
        }));
    }

    private static float[] Ramp(int count) => [.. Enumerable.Range(1, count).Select(i => (float)i)];

    private static WindowAssembler Make(WindowOptions options, int channels, double rate = 0) =>
        new(options, channels, rate, TensorElementType.Float32, options.Length * (options.Channels?.Count ?? channels), "x");

    private static (List<(float[] Values, long New, long End)> Windows, WindowAssembler Assembler) Run(WindowOptions options, float[] input, int channels, params int[] cuts)
    {
        var assembler = Make(options, channels);
        return (Drive(assembler, input, channels, cuts.Length == 0 ? [1_000] : cuts, options.Length * (options.Channels?.Count ?? channels)), assembler);
    }

    private static List<(float[] Values, long New, long End)> Drive(WindowAssembler assembler, float[] input, int channels, int[] cuts, int values)
    {
        List<(float[], long, long)> windows = [];
        var read = 0;
        for (var cut = 0; read < input.Length; cut++)
        {
            var staging = assembler.Staging;
            var count = Math.Min(Math.Min(cuts[cut % cuts.Length] * channels, staging.Length), input.Length - read);
            input.AsSpan(read, count).CopyTo(staging);
            assembler.Accept(count / channels);
            read += count;
            Take();
        }

        assembler.Finish();
        Take();
        return windows;

        void Take()
        {
            for (var window = new float[values]; assembler.TryTake(MemoryMarshal.AsBytes(window.AsSpan())); window = new float[values])
                windows.Add((window, assembler.NewFrame, assembler.EndFrame));
        }
    }

    private static void Feed(WindowAssembler assembler, float[] frames)
    {
        for (var read = 0; read < frames.Length;)
        {
            var staging = assembler.Staging;
            var count = Math.Min(staging.Length, frames.Length - read);
            frames.AsSpan(read, count).CopyTo(staging);
            assembler.Accept(count);
            read += count;
        }
    }
}
