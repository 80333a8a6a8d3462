using System.Diagnostics;
using EdgeRunner.Device.Sensors;
using EdgeRunner.Inference.Tensors;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Device.Tests.Sensors;

public class ReplaySourceTests
{
    [Theory]
    [InlineData(nameof(SampleType.S8), true, new byte[] { 0x80, 0x40 }, new[] { -1f, 0.5f })]
    [InlineData(nameof(SampleType.S8), false, new byte[] { 0x80, 0x40 }, new[] { -128f, 64f })]
    [InlineData(nameof(SampleType.U8), true, new byte[] { 0, 192 }, new[] { -1f, 0.5f })]
    [InlineData(nameof(SampleType.U8), false, new byte[] { 0, 192 }, new[] { 0f, 192f })]
    [InlineData(nameof(SampleType.S16Le), true, new byte[] { 0, 0x80, 0, 0x40 }, new[] { -1f, 0.5f })]
    [InlineData(nameof(SampleType.S16Be), true, new byte[] { 0x80, 0, 0x40, 0 }, new[] { -1f, 0.5f })]
    [InlineData(nameof(SampleType.U16Le), true, new byte[] { 0, 0, 0, 0xC0 }, new[] { -1f, 0.5f })]
    [InlineData(nameof(SampleType.S24Le), true, new byte[] { 0, 0, 0x80, 0, 0, 0x40 }, new[] { -1f, 0.5f })]
    [InlineData(nameof(SampleType.S24Le), false, new byte[] { 0xFF, 0xFF, 0xFF, 1, 2, 3 }, new[] { -1f, 197121f })]
    [InlineData(nameof(SampleType.S32Le), true, new byte[] { 0, 0, 0, 0x80, 0, 0, 0, 0x40 }, new[] { -1f, 0.5f })]
    [InlineData(nameof(SampleType.F32Le), true, new byte[] { 0, 0, 0x20, 0x40, 0, 0, 0, 0 }, new[] { 2.5f, 0f })]
    [InlineData(nameof(SampleType.F64Le), true, new byte[] { 0, 0, 0, 0, 0, 0, 4, 0x40, 0, 0, 0, 0, 0, 0, 0, 0 }, new[] { 2.5f, 0f })]
    public void Raw_samples_of_every_type_are_converted(string typeName, bool normalize, byte[] data, float[] expected)
    {
        var type = Enum.Parse<SampleType>(typeName);
        Assert.Equal(expected, Recordings.Play(data, "x.raw", o => (o.SampleType, o.Normalize) = (type, normalize), out _));
        // A torn last frame is lost, not misread.
        Assert.Equal(expected[..1], Recordings.Play(data[..^1], "x.raw", o => (o.SampleType, o.Normalize) = (type, normalize), out _));
    }

    [Fact]
    public void Numpy_array_plays_as_rows_or_as_windows()
    {
        var file = NpyFile.Write(TensorData.From<short>(TensorElementType.Int16, [2, 3], [1, 2, 3, 4, 5, -6]));
        using var directory = new TempDirectory();
        File.WriteAllBytes(directory.File("x.npy"), file);
        using var rows = new ReplaySource(Recordings.Options(directory.File("x.npy")), TimeProvider.System);
        using var windows = new ReplaySource(Recordings.Options(directory.File("x.npy")) with { Channels = 1 }, TimeProvider.System);

        Assert.Equal([1f, 2, 3, 4, 5, -6], Recordings.ReadAll(rows));
        Assert.Equal((3, 2), (rows.Layout.Channels, rows.Status.Frames));
        Assert.Equal([1f, 2, 3, 4, 5, -6], Recordings.ReadAll(windows));
        Assert.Equal((1, 6), (windows.Layout.Channels, windows.Status.Frames));
        Assert.Contains("cannot be cut into frames of 4", Assert.Throws<SensorException>(() => Recordings.Play(file, "x.npy", o => o.Channels = 4, out _)).Message, StringComparison.Ordinal);
        Assert.Contains("not a NumPy file", Assert.Throws<SensorException>(() => Recordings.Play([1, 2, 3], "x.npy", null, out _)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Loop_begins_again_and_reports_the_gap()
    {
        using var directory = new TempDirectory();
        File.WriteAllBytes(directory.File("x.raw"), Recordings.S16(1, 2, 3));
        using var source = new ReplaySource(Recordings.Options(directory.File("x.raw")) with { SampleType = SampleType.S16Le, Loop = true }, TimeProvider.System);
        source.Open();
        var buffer = new float[10];
        Assert.Equal((3, false), (source.Read(buffer, default), source.GapBefore));
        Assert.Equal((3, true), (source.Read(buffer, default), source.GapBefore));
        Assert.Equal(1, source.Status.Gaps);
    }

    [Fact]
    public void Real_time_follows_an_absolute_schedule()
    {
        using var directory = new TempDirectory();
        File.WriteAllBytes(directory.File("x.raw"), new byte[2 * 8_000 * 3 / 10]);
        using var source = RealTime(directory.File("x.raw"));
        var clock = Stopwatch.StartNew();
        var total = 0;
        for (var buffer = new float[256]; source.Read(buffer, default) is var count and > 0; total += count)
            Assert.True(total + count <= clock.Elapsed.TotalSeconds * 8_000 + 80, "frames came before they were due");
        Assert.Equal(2_400, total);
        Assert.InRange(clock.Elapsed.TotalSeconds, 0.29, 2); // never early; late only when the machine is busy
    }

    [Fact]
    public void Slow_reader_of_a_real_time_replay_finds_the_backlog_and_can_skip_it()
    {
        using var directory = new TempDirectory();
        File.WriteAllBytes(directory.File("x.raw"), Recordings.S16([.. Enumerable.Range(0, 8_000).Select(i => (short)i)]));
        using var source = RealTime(directory.File("x.raw"));
        var buffer = new float[10];
        source.Read(buffer, default);
        Thread.Sleep(60);
        Assert.True(source.IsLive);
        var available = source.CountAvailable();
        Assert.InRange(available, 60 * 8 - 90, 8_000);
        Assert.Equal(available, source.Skip(available));
        source.Read(buffer, default);
        Assert.True(source.GapBefore);
        Assert.Equal((10 + available) / 32_768f, buffer[0]);
    }

    [Fact]
    public void Cancellation_ends_a_wait_at_once()
    {
        using var directory = new TempDirectory();
        File.WriteAllBytes(directory.File("x.raw"), new byte[200]);
        using var source = RealTime(directory.File("x.raw"), rate: 0.01);
        using var cancel = new CancellationTokenSource(50);
        var clock = Stopwatch.StartNew();
        Assert.Throws<OperationCanceledException>(() => source.Read(new float[4], cancel.Token));
        Assert.InRange(clock.ElapsedMilliseconds, 40, 1_000);
    }

    [Theory]
    [InlineData("x.raw")]
    [InlineData("x.csv")]
    [InlineData("x.ndjson")]
    public void Reading_allocates_nothing(string name)
    {
        using var directory = new TempDirectory();
        var text = string.Concat(Enumerable.Range(0, 20_000).Select(i => $"{i}.25\n"));
        File.WriteAllText(directory.File(name), text);
        using var source = new ReplaySource(Recordings.Options(directory.File(name)) with { SampleType = SampleType.S16Le }, TimeProvider.System);
        source.Open();
        var buffer = new float[64];
        Assert.Equal(0, Allocations.Of(() =>
        {
            for (var i = 0; i < 50; i++)
            {
                if (source.Read(buffer, default) == 0)
                    throw new InvalidOperationException("ended early");
            }
        }));
    }

    private static ReplaySource RealTime(string path, double rate = 8_000)
    {
        var source = new ReplaySource(new ReplaySourceOptions { File = path, SampleType = SampleType.S16Le, SampleRateHz = rate }, TimeProvider.System);
        source.Open();
        return source;
    }
}
