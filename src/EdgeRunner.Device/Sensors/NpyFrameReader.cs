using System.Runtime.InteropServices;
using EdgeRunner.Inference.Tensors;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Device.Sensors;

/// <summary>Frames of a NumPy array <c>[N]</c> or <c>[N, C]</c>; with other channels given, the values in row-major order in groups of that
/// many: <c>channels: 1</c> plays <c>[N, W]</c> as N windows of W samples.</summary>
internal sealed class NpyFrameReader : IFrameReader
{
    private readonly TensorData _array;
    private readonly int _channels;
    private readonly long _frames;
    private long _position;

    /// <summary>Reads the array into memory.</summary>
    /// <param name="path">The file.</param>
    /// <param name="channels">Values per frame; null = the last dimension of two or more, else 1.</param>
    /// <param name="sampleRateHz">0 = unknown.</param>
    /// <exception cref="SensorException">Not a NumPy file, not numbers, or not whole frames.</exception>
    public NpyFrameReader(string path, int? channels, double sampleRateHz)
    {
        try
        {
            _array = NpyFile.Read(File.ReadAllBytes(path));
        }
        catch (FormatException e)
        {
            throw new SensorException($"not a NumPy file that can be read: {e.Message}", e);
        }

        if (_array.ElementType is TensorElementType.String or TensorElementType.Complex64 or TensorElementType.Complex128)
            throw new SensorException($"{_array} does not hold real numbers");
        _channels = channels ?? (_array.Shape.Count >= 2 ? (int)Math.Clamp(_array.Shape[^1], 1, int.MaxValue) : 1);
        if (_array.ElementCount % _channels != 0)
            throw new SensorException($"{_array} cannot be cut into frames of {_channels} values");
        _frames = _array.ElementCount / _channels;
        Layout = new SampleLayout(_channels, sampleRateHz);
    }

    /// <inheritdoc/>
    public SampleLayout Layout { get; }

    /// <inheritdoc/>
    public int Read(Span<float> frames)
    {
        var count = (int)Math.Min(frames.Length / _channels, _frames - _position);
        Convert((int)(_position * _channels), frames[..(count * _channels)]);
        _position += count;
        return count;
    }

    /// <inheritdoc/>
    public long Skip(long frames)
    {
        var count = Math.Min(frames, _frames - _position);
        _position += count;
        return count;
    }

    /// <inheritdoc/>
    public void Rewind() => _position = 0;

    /// <inheritdoc/>
    public void Dispose()
    {
        // The array is managed memory.
    }

    private void Convert(int first, Span<float> output)
    {
        var bytes = _array.Bytes.Span;
        switch (_array.ElementType)
        {
            case TensorElementType.Float32:
                MemoryMarshal.Cast<byte, float>(bytes).Slice(first, output.Length).CopyTo(output);
                break;
            case TensorElementType.Float64:
                Copy<double>(bytes, first, output);
                break;
            case TensorElementType.Float16:
                Copy<Half>(bytes, first, output);
                break;
            case TensorElementType.BFloat16:
                var words = MemoryMarshal.Cast<byte, ushort>(bytes).Slice(first, output.Length);
                for (var i = 0; i < output.Length; i++)
                    output[i] = BitConverter.UInt32BitsToSingle((uint)words[i] << 16);
                break;
            case TensorElementType.Int8:
                Copy<sbyte>(bytes, first, output);
                break;
            case TensorElementType.UInt8 or TensorElementType.Bool:
                Copy<byte>(bytes, first, output);
                break;
            case TensorElementType.Int16:
                Copy<short>(bytes, first, output);
                break;
            case TensorElementType.UInt16:
                Copy<ushort>(bytes, first, output);
                break;
            case TensorElementType.Int32:
                Copy<int>(bytes, first, output);
                break;
            case TensorElementType.UInt32:
                Copy<uint>(bytes, first, output);
                break;
            case TensorElementType.Int64:
                Copy<long>(bytes, first, output);
                break;
            default:
                Copy<ulong>(bytes, first, output);
                break;
        }
    }

    private static void Copy<T>(ReadOnlySpan<byte> bytes, int first, Span<float> output)
        where T : unmanaged, System.Numerics.INumberBase<T>
    {
        var values = MemoryMarshal.Cast<byte, T>(bytes).Slice(first, output.Length);
        for (var i = 0; i < output.Length; i++)
            output[i] = float.CreateTruncating(values[i]);
    }
}
