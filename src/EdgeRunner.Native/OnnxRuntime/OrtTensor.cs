namespace EdgeRunner.Native.OnnxRuntime;

/// <summary>A dense tensor in native memory, row-major, at an address that does not change: written and read in place, with no copy on the
/// way into or out of ONNX Runtime. Not thread-safe.</summary>
/// <remarks>Owns its memory. A span taken from it must not be used after <see cref="Dispose"/>, unless an <see cref="OrtPreparedRun"/>
/// still holds the tensor.</remarks>
public sealed unsafe partial class OrtTensor : IDisposable
{
    private readonly OrtRuntime _runtime;
    private readonly OrtValueHandle _value;
    private readonly long[] _shape;
    private readonly void* _elements;

    private OrtTensor(OrtRuntime runtime, OrtValueHandle value, TensorElementType elementType, long[] shape, void* elements)
    {
        _runtime = runtime;
        _value = value;
        _shape = shape;
        _elements = elements;
        ElementType = elementType;
        ElementCount = TensorElementTypes.CountElements(elementType, shape);
    }

    /// <summary>Type of the elements.</summary>
    public TensorElementType ElementType { get; }

    /// <summary>Dimensions; empty is a scalar.</summary>
    public ReadOnlySpan<long> Shape => _shape;

    /// <summary>Product of <see cref="Shape"/>; 1 for a scalar.</summary>
    public int ElementCount { get; }

    /// <summary>The elements as bytes, in this machine's byte order.</summary>
    /// <exception cref="InvalidOperationException">A text tensor.</exception>
    /// <exception cref="ObjectDisposedException">The tensor is disposed.</exception>
    public Span<byte> Bytes
    {
        get
        {
            ThrowIfUnreadable();
            return new Span<byte>(_elements, ElementCount * ElementType.SizeBytes());
        }
    }

    internal OrtValueHandle Handle => _value;

    /// <summary>A tensor of zeros (empty texts), in memory of its own, aligned to 64 bytes.</summary>
    /// <exception cref="ArgumentException">The shape has a negative dimension or more than 2^31 bytes, or the type has no width.</exception>
    /// <exception cref="OrtException">ONNX Runtime has no tensors of that type: complex64 and complex128.</exception>
    /// <exception cref="OutOfMemoryException">There is not enough memory.</exception>
    public static OrtTensor Allocate(OrtRuntime runtime, TensorElementType elementType, params ReadOnlySpan<long> shape)
    {
        var count = TensorElementTypes.CountElements(elementType, shape);
        if (elementType == TensorElementType.String)
        {
            return AllocateText(runtime, shape);
        }
        if (elementType.SizeBytes() == 0)
        {
            throw new ArgumentException($"There are no tensors of {elementType.Format()}", nameof(elementType));
        }
        var sizeBytes = (nuint)count * (nuint)elementType.SizeBytes();
        var handle = new OrtValueHandle(runtime.Api);
        // Disposed at the end, but only freed once the value, which holds a reference, is.
        using var memory = new TensorMemoryHandle(sizeBytes);
        using var elements = memory.Lease();
        using var cpu = runtime.CpuMemory.Lease();
        nint value;
        fixed (long* dimensions = shape)
        {
            runtime.Check(
                runtime.Api->CreateTensorWithDataAsOrtValue(cpu.Value, (void*)elements.Value, sizeBytes, dimensions, (nuint)shape.Length, (int)elementType, &value),
                $"making a tensor {TensorElementTypes.Format(elementType, shape)}");
        }
        handle.Own(value, memory);
        return new OrtTensor(runtime, handle, elementType, shape.ToArray(), (void*)elements.Value);
    }

    /// <summary>The elements in place.</summary>
    /// <typeparam name="T">The .NET type of the elements: <see cref="Half"/> for float16, <see cref="bool"/> for bool, ...; for bfloat16, which
    /// has none, <see cref="ushort"/> holds the bits.</typeparam>
    /// <exception cref="InvalidOperationException"><typeparamref name="T"/> is not the type of the elements, or they are text.</exception>
    /// <exception cref="ObjectDisposedException">The tensor is disposed.</exception>
    public Span<T> AsSpan<T>() where T : unmanaged
    {
        if (!ElementType.IsHeldBy<T>())
        {
            throw new InvalidOperationException($"A tensor {this} cannot be used as a span of {typeof(T).Name}");
        }
        ThrowIfUnreadable();
        return new Span<T>(_elements, ElementCount * ElementType.SizeBytes() / sizeof(T));
    }

    /// <summary><c>float32[1, 576]</c>.</summary>
    public override string ToString() => TensorElementTypes.Format(ElementType, _shape);

    /// <summary>Releases the tensor once no prepared run holds it.</summary>
    public void Dispose() => _value.Dispose();

    /// <summary>A tensor over part of this one's memory: what is written to one is seen in the other. Holds the memory, so this one may be
    /// disposed first.</summary>
    /// <param name="firstElement">Row-major index of the first element of the view.</param>
    /// <param name="shape">Its shape; the elements follow each other without gaps.</param>
    /// <exception cref="ArgumentOutOfRangeException">The view would reach past the end.</exception>
    /// <exception cref="InvalidOperationException">A text tensor.</exception>
    /// <exception cref="ObjectDisposedException">The tensor is disposed.</exception>
    public OrtTensor View(int firstElement, params ReadOnlySpan<long> shape)
    {
        ThrowIfUnreadable();
        var count = TensorElementTypes.CountElements(ElementType, shape);
        ArgumentOutOfRangeException.ThrowIfNegative(firstElement);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(firstElement, ElementCount - count);
        var elements = (byte*)_elements + ((long)firstElement * ElementType.SizeBytes());
        var handle = new OrtValueHandle(_runtime.Api);
        using var memory = _value.Lease();
        using var cpu = _runtime.CpuMemory.Lease();
        nint value;
        fixed (long* dimensions = shape)
        {
            _runtime.Check(
                _runtime.Api->CreateTensorWithDataAsOrtValue(
                    cpu.Value, elements, (nuint)count * (nuint)ElementType.SizeBytes(), dimensions, (nuint)shape.Length, (int)ElementType, &value),
                $"making a view {TensorElementTypes.Format(ElementType, shape)} of {this}");
        }
        handle.Own(value, _value);
        return new OrtTensor(_runtime, handle, ElementType, shape.ToArray(), elements);
    }

    /// <summary>Takes over an <c>OrtValue*</c> that ONNX Runtime made in a run of <paramref name="session"/>; released whatever happens.</summary>
    internal static OrtTensor Take(OrtRuntime runtime, nint value, OrtHandle session)
    {
        var handle = new OrtValueHandle(runtime.Api);
        handle.Own(value, session);
        try
        {
            var (elementType, shape) = OrtTypeReader.ReadValue(runtime, value);
            void* elements = null;
            if (elementType != TensorElementType.String)
            {
                runtime.Check(runtime.Api->GetTensorMutableData(value, &elements), "reading an output");
            }
            return new OrtTensor(runtime, handle, elementType, shape, elements);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    private void ThrowIfUnreadable()
    {
        ObjectDisposedException.ThrowIf(_value.IsClosed, this);
        if (ElementType == TensorElementType.String)
        {
            ThrowText();
        }
    }

    private static void ThrowText() => throw new InvalidOperationException("The elements of a text tensor are read with GetStrings and written with SetStrings");
}
