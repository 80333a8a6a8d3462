using EdgeRunner.Inference.Tensors;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Sessions;

/// <summary>Copies between tensors in managed memory (from and to files) and tensors ONNX Runtime works on. Not for the hot path.</summary>
public static class TensorTransfer
{
    /// <summary>A native copy.</summary>
    /// <exception cref="OrtException">ONNX Runtime has no tensors of that type (complex).</exception>
    public static OrtTensor ToNative(this TensorData tensor, OrtRuntime runtime)
    {
        var native = OrtTensor.Allocate(runtime, tensor.ElementType, [.. tensor.Shape]);
        try
        {
            tensor.CopyTo(native);
            return native;
        }
        catch
        {
            native.Dispose();
            throw;
        }
    }

    /// <summary>Overwrites a native tensor of the same type and shape.</summary>
    /// <exception cref="ArgumentException">Type or shape differ.</exception>
    public static void CopyTo(this TensorData tensor, OrtTensor target)
    {
        if (tensor.ElementType != target.ElementType || !target.Shape.SequenceEqual([.. tensor.Shape]))
        {
            throw new ArgumentException($"{tensor} does not fit {target}", nameof(target));
        }
        if (tensor.IsString)
        {
            target.SetStrings([.. tensor.Strings]);
        }
        else
        {
            tensor.Bytes.Span.CopyTo(target.Bytes);
        }
    }

    /// <summary>A managed copy.</summary>
    public static TensorData ToManaged(this OrtTensor tensor) => tensor.ElementType == TensorElementType.String
        ? TensorData.FromStrings(tensor.Shape, tensor.GetStrings())
        : TensorData.Own(tensor.ElementType, tensor.Shape, tensor.Bytes.ToArray());
}
