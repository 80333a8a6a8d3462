using System.Text;

namespace EdgeRunner.Native.OnnxRuntime;

/// <content>Text tensors: the texts are C++ strings inside ONNX Runtime, so they are copied both ways.</content>
public sealed unsafe partial class OrtTensor
{
    /// <summary>A text tensor holding copies of <paramref name="texts"/>, row-major.</summary>
    /// <exception cref="ArgumentException">The count does not fit the shape.</exception>
    public static OrtTensor FromStrings(OrtRuntime runtime, ReadOnlySpan<string> texts, params ReadOnlySpan<long> shape)
    {
        var tensor = AllocateText(runtime, shape);
        try
        {
            tensor.SetStrings(texts);
            return tensor;
        }
        catch
        {
            tensor.Dispose();
            throw;
        }
    }

    /// <summary>Replaces all texts. A text may hold any character, zero included.</summary>
    /// <exception cref="ArgumentException">The count does not fit the shape.</exception>
    /// <exception cref="InvalidOperationException">Not a text tensor.</exception>
    public void SetStrings(ReadOnlySpan<string> texts)
    {
        ThrowIfNotText();
        if (texts.Length != ElementCount)
        {
            throw new ArgumentException($"{texts.Length} texts given, {this} takes {ElementCount}", nameof(texts));
        }
        using var value = _value.Lease();
        for (var i = 0; i < texts.Length; i++)
        {
            var length = Encoding.UTF8.GetByteCount(texts[i]);
            byte* buffer;
            _runtime.Check(_runtime.Api->GetResizedStringTensorElementBuffer(value.Value, (nuint)i, (nuint)length, &buffer), "writing a text");
            Encoding.UTF8.GetBytes(texts[i], new Span<byte>(buffer, length));
        }
    }

    /// <summary>Copies of all texts, row-major.</summary>
    /// <exception cref="InvalidOperationException">Not a text tensor.</exception>
    public string[] GetStrings()
    {
        ThrowIfNotText();
        if (ElementCount == 0)
        {
            return [];
        }
        using var value = _value.Lease();
        nuint length;
        _runtime.Check(_runtime.Api->GetStringTensorDataLength(value.Value, &length), "reading texts");
        var bytes = new byte[Math.Max(1, checked((int)length))];
        var offsets = new nuint[ElementCount];
        fixed (byte* data = bytes)
        fixed (nuint* starts = offsets)
        {
            _runtime.Check(_runtime.Api->GetStringTensorContent(value.Value, data, length, starts, (nuint)offsets.Length), "reading texts");
        }
        var texts = new string[ElementCount];
        for (var i = 0; i < texts.Length; i++)
        {
            var end = i + 1 < texts.Length ? offsets[i + 1] : length;
            texts[i] = Encoding.UTF8.GetString(bytes, (int)offsets[i], (int)(end - offsets[i]));
        }
        return texts;
    }

    private static OrtTensor AllocateText(OrtRuntime runtime, ReadOnlySpan<long> shape)
    {
        TensorElementTypes.CountElements(TensorElementType.String, shape);
        var handle = new OrtValueHandle(runtime.Api);
        using var environment = runtime.Environment.Lease();
        nint value;
        fixed (long* dimensions = shape)
        {
            runtime.Check(
                runtime.Api->CreateTensorAsOrtValue(runtime.Allocator, dimensions, (nuint)shape.Length, (int)TensorElementType.String, &value),
                $"making a tensor {TensorElementTypes.Format(TensorElementType.String, shape)}");
        }
        handle.Own(value, runtime.Environment);
        return new OrtTensor(runtime, handle, TensorElementType.String, shape.ToArray(), null);
    }

    private void ThrowIfNotText()
    {
        if (ElementType != TensorElementType.String)
        {
            throw new InvalidOperationException($"A tensor {this} has no texts");
        }
    }
}
