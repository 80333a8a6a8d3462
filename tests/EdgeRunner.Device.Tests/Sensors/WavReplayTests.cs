using System.Runtime.InteropServices;
using EdgeRunner.Device.Sensors;

namespace EdgeRunner.Device.Tests.Sensors;

public class WavReplayTests
{
    [Theory]
    [InlineData(1, 8, new byte[] { 0, 128, 255 }, new[] { -1f, 0f, 127f / 128 })]
    [InlineData(1, 16, new byte[] { 0, 0x80, 0, 0, 0xFF, 0x7F }, new[] { -1f, 0f, 32767f / 32768 })]
    [InlineData(1, 24, new byte[] { 0, 0, 0x80, 0, 0, 0, 0xFF, 0xFF, 0x7F }, new[] { -1f, 0f, 8388607f / 8388608 })]
    [InlineData(1, 32, new byte[] { 0, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0, 0x40 }, new[] { -1f, 0f, 0.5f })]
    public void Integer_samples_become_full_scale(int format, int bits, byte[] data, float[] expected)
    {
        Assert.Equal(expected, Recordings.Play(Recordings.Wav(format, 1, bits, data), "x.wav", null, out var status));
        Assert.Equal((SourceState.Ended, 0, 3), (status.State, status.Warnings, status.Frames));
        Assert.Equal(expected, Recordings.Play(Recordings.Wav(format, 1, bits, data, extensible: true), "x.wav", null, out _));
    }

    [Fact]
    public void Float_samples_are_kept()
    {
        float[] values = [-2.5f, 0, float.NaN, 1e-20f];
        Assert.Equal(values, Recordings.Play(Recordings.Wav(3, 2, 32, MemoryMarshal.AsBytes(values.AsSpan()).ToArray()), "x.wav", null, out _));
        double[] doubles = [0.1, -3, 1e300, 2];
        Assert.Equal([0.1f, -3f, float.PositiveInfinity, 2f], Recordings.Play(Recordings.Wav(3, 2, 64, MemoryMarshal.AsBytes(doubles.AsSpan()).ToArray()), "x.wav", null, out _));
    }

    [Fact]
    public void Numbers_are_kept_when_not_normalised()
    {
        Assert.Equal([-5f, 300f], Recordings.Play(Recordings.Wav(1, 1, 16, Recordings.S16(-5, 300)), "x.wav", o => o.Normalize = false, out _));
    }

    [Theory]
    [InlineData(1_000_000u, "claims 1000000 bytes of samples, the file has 8")]
    [InlineData(0u, "does not say how long it is")]
    [InlineData(uint.MaxValue, "does not say how long it is")]
    public void File_that_lies_about_its_length_plays_what_is_there_with_a_warning(uint claimed, string expected)
    {
        Assert.Equal(4, Recordings.Play(Recordings.Wav(1, 2, 16, Recordings.S16(1, 2, 3, 4), claimed), "x.wav", null, out var status).Length);
        Assert.Equal(1, status.Warnings);
        Assert.Contains(expected, status.Reason!, StringComparison.Ordinal);
    }

    [Fact]
    public void Claimed_length_ends_the_samples_and_a_torn_frame_is_left_over()
    {
        Assert.Equal(2, Recordings.Play(Recordings.Wav(1, 2, 16, Recordings.S16(1, 2, 3, 4), 4), "x.wav", null, out _).Length);
        Assert.Equal(2, Recordings.Play(Recordings.Wav(1, 2, 16, Recordings.S16(1, 2, 3)), "x.wav", null, out var status).Length);
        Assert.Contains("ends within a frame", status.Reason!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, 1, 4, null, "format 2")]
    [InlineData(1, 0, 16, null, "0 channels")]
    [InlineData(1, 1, 12, null, "12-bit PCM")]
    [InlineData(1, 2, 16, 3, "3 bytes per frame")]
    public void Header_that_makes_no_sense_is_refused_with_the_file_and_the_value(int format, int channels, int bits, int? align, string expected)
    {
        var e = Assert.Throws<SensorException>(() => Recordings.Play(Recordings.Wav(format, channels, bits, [1, 2], align: align), "x.wav", null, out _));
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
        Assert.Contains("x.wav", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rate_that_contradicts_the_configuration_is_refused()
    {
        var e = Assert.Throws<SensorException>(() => Recordings.Play(Recordings.Wav(1, 1, 16, [1, 2]), "x.wav", o => o.SampleRateHz = 16_000, out _));
        Assert.Contains("8000 Hz, source.sampleRateHz says 16000", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Mutated_files_play_or_are_refused_and_nothing_else()
    {
        using var directory = new TempDirectory();
        var path = directory.File("x.wav");
        var valid = Recordings.Wav(1, 2, 16, Recordings.S16([.. Enumerable.Range(0, 40).Select(i => (short)i)]), extensible: true);
        var random = new Random(3);
        for (var run = 0; run < 2_000; run++)
        {
            var bytes = (byte[])valid.Clone();
            for (var edits = random.Next(1, 4); edits > 0; edits--)
                bytes[random.Next(90)] = (byte)(random.Next(3) == 0 ? 0xFF : random.Next(256));
            if (random.Next(4) == 0)
                Array.Resize(ref bytes, random.Next(bytes.Length));
            File.WriteAllBytes(path, bytes);
            using var source = new ReplaySource(Recordings.Options(path), TimeProvider.System);
            try
            {
                Recordings.ReadAll(source, run);
            }
            catch (SensorException e)
            {
                Assert.StartsWith(path, e.Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Real_recording_of_alsa_plays()
    {
        const string Noise = "/usr/share/sounds/alsa/Noise.wav";
        if (!File.Exists(Noise))
            return; // alsa-utils is not installed: the other tests cover the format
        using var source = new ReplaySource(Recordings.Options(Noise), TimeProvider.System);
        Assert.InRange(Recordings.ReadAll(source).Max(), 0.01f, 1f);
        Assert.Equal(48_000, source.Layout.SampleRateHz);
    }
}
