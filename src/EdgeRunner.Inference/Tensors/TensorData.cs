using System.Runtime.InteropServices;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Tensors;

/// <summary>A tensor in managed memory: what a file holds before it goes into, or after it came out of, ONNX Runtime.
/// Row-major, little-endian. Not for the hot path.</summary>
public sealed class TensorData
{
    /// <summary>Dimensions a tensor may have at most: NumPy's own bound (<c>NPY_MAXDIMS</c> of NumPy 1.x).</summary>
    public const int MaxRank = 32;

    private readonly long[] _shape;
    private readonly byte[]? _data;
    private readonly string[]? _strings;

    private TensorData(TensorElementType elementType, ReadOnlySpan<long> shape, byte[]? data, string[]? strings)
    {
        ElementType = elementType;
        _shape = shape.ToArray();
        _data = data;
        _strings = strings;
    }

    /// <summary>Type of the elements; never <see cref="TensorElementType.Undefined"/>.</summary>
    public TensorElementType ElementType { get; }

    /// <summary>Dimensions, each 0 or more; empty is a scalar.</summary>
    public IReadOnlyList<long> Shape => _shape;

    /// <summary>Product of <see cref="Shape"/>; 1 for a scalar.</summary>
    public long ElementCount => _strings?.Length ?? _data!.Length / ElementType.SizeBytes();

    /// <summary>Whether the elements are text, held in <see cref="Strings"/>.</summary>
    public bool IsString => _strings is not null;

    /// <summary>The elements' bytes; empty for text. Owned by this object, and may be written to.</summary>
    public Memory<byte> Bytes => _data;

    /// <summary>The elements of a text tensor; empty for every other type.</summary>
    public IReadOnlyList<string> Strings => _strings ?? [];

    /// <summary>A tensor of zeros.</summary>
    /// <exception cref="ArgumentException">The type is text or undefined, or the shape is negative, has more than
    /// <see cref="MaxRank"/> dimensions, or needs more than an array can hold.</exception>
    public static TensorData Zeros(TensorElementType elementType, ReadOnlySpan<long> shape) =>
        new(elementType, shape, new byte[ByteCount(elementType, shape)], strings: null);

    /// <summary>Takes over <paramref name="data"/>; the caller does not use it any more.</summary>
    /// <exception cref="ArgumentException">As <see cref="Zeros"/>, or the length does not fit the shape.</exception>
    public static TensorData Own(TensorElementType elementType, ReadOnlySpan<long> shape, byte[] data)
    {
        var expected = ByteCount(elementType, shape);
        if (data.Length != expected)
        {
            throw new ArgumentException($"{data.Length} bytes given, {ElementSizes.Describe(elementType, shape)} takes {expected}", nameof(data));
        }
        return new(elementType, shape, data, strings: null);
    }

    /// <summary>Copies the elements.</summary>
    /// <exception cref="ArgumentException">As <see cref="Own"/>, or <typeparamref name="T"/> is not as wide as the element type.</exception>
    public static TensorData From<T>(TensorElementType elementType, ReadOnlySpan<long> shape, ReadOnlySpan<T> elements) where T : unmanaged
    {
        CheckWidth<T>(elementType);
        return Own(elementType, shape, MemoryMarshal.AsBytes(elements).ToArray());
    }

    /// <summary>A text tensor; takes over <paramref name="strings"/>.</summary>
    /// <exception cref="ArgumentException">The shape is bad, or the count does not fit it.</exception>
    public static TensorData FromStrings(ReadOnlySpan<long> shape, string[] strings)
    {
        var expected = ElementSizes.CountElements(shape);
        if (strings.LongLength != expected)
        {
            throw new ArgumentException($"{strings.Length} strings given, shape {ElementSizes.Describe(shape)} takes {expected}", nameof(strings));
        }
        return new(TensorElementType.String, shape, data: null, strings);
    }

    /// <summary>The elements in place. <typeparamref name="T"/> must be as wide as the element type; a 16-bit float may be read as
    /// <see cref="Half"/> or <see cref="ushort"/>.</summary>
    /// <exception cref="ArgumentException"><typeparamref name="T"/> has another width, or the tensor is text.</exception>
    public Span<T> AsSpan<T>() where T : unmanaged
    {
        CheckWidth<T>(ElementType);
        return MemoryMarshal.Cast<byte, T>(_data!);
    }

    /// <summary>The same elements under another type of the same width or another shape of the same count. Shares the memory.</summary>
    /// <exception cref="ArgumentException">Width or count differ.</exception>
    public TensorData Reinterpret(TensorElementType elementType, ReadOnlySpan<long> shape) =>
        IsString ? FromStrings(shape, _strings!) : Own(elementType, shape, _data!);

    /// <summary><c>float32[1, 576]</c>.</summary>
    public override string ToString() => ElementSizes.Describe(ElementType, _shape);

    private static int ByteCount(TensorElementType elementType, ReadOnlySpan<long> shape)
    {
        var width = elementType.SizeBytes();
        if (width == 0)
        {
            throw new ArgumentException($"{elementType.Format()} has no fixed width", nameof(elementType));
        }
        var count = ElementSizes.CountElements(shape);
        return count <= Array.MaxLength / width
            ? (int)(count * width)
            : throw new ArgumentException($"{ElementSizes.Describe(elementType, shape)} is more than {Array.MaxLength} bytes", nameof(shape));
    }

    private static void CheckWidth<T>(TensorElementType elementType) where T : unmanaged
    {
        var width = System.Runtime.CompilerServices.Unsafe.SizeOf<T>();
        if (width != elementType.SizeBytes())
        {
            throw new ArgumentException($"{typeof(T).Name} takes {width} bytes, {elementType.Format()} {elementType.SizeBytes()}", nameof(elementType));
        }
    }
}
