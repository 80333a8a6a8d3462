using System.Runtime.InteropServices;

namespace EdgeRunner.Native.OnnxRuntime;

/// <summary>Reads types and shapes out of ONNX Runtime's description objects.</summary>
internal static unsafe class OrtTypeReader
{
    /// <summary>Reads an <c>OrtTypeInfo*</c> and releases it.</summary>
    internal static OrtValueDescription TakeDescription(OrtRuntime runtime, string name, nint typeInfo)
    {
        using var handle = new OrtTypeInfoHandle(runtime.Api);
        handle.Own(typeInfo);
        int kind;
        runtime.Check(runtime.Api->GetOnnxTypeFromTypeInfo(typeInfo, &kind), "reading a type");
        if ((OrtValueKind)kind != OrtValueKind.Tensor)
        {
            return new OrtValueDescription(name, (OrtValueKind)kind, TensorElementType.Undefined, [], []);
        }
        nint tensorInfo; // Belongs to typeInfo.
        runtime.Check(runtime.Api->CastTypeInfoToTensorInfo(typeInfo, &tensorInfo), "reading a tensor type");
        var (elementType, shape) = ReadTensorInfo(runtime, tensorInfo);
        return new OrtValueDescription(name, OrtValueKind.Tensor, elementType, shape, ReadSymbols(runtime, tensorInfo, shape.Length));
    }

    /// <summary>Type and actual shape of an <c>OrtValue*</c> that is a tensor.</summary>
    internal static (TensorElementType ElementType, long[] Shape) ReadValue(OrtRuntime runtime, nint value)
    {
        using var handle = new OrtTensorTypeAndShapeInfoHandle(runtime.Api);
        nint tensorInfo;
        runtime.Check(runtime.Api->GetTensorTypeAndShape(value, &tensorInfo), "reading the shape of a tensor");
        handle.Own(tensorInfo);
        return ReadTensorInfo(runtime, tensorInfo);
    }

    private static (TensorElementType ElementType, long[] Shape) ReadTensorInfo(OrtRuntime runtime, nint tensorInfo)
    {
        int elementType;
        runtime.Check(runtime.Api->GetTensorElementType(tensorInfo, &elementType), "reading an element type");
        nuint rank;
        runtime.Check(runtime.Api->GetDimensionsCount(tensorInfo, &rank), "reading a rank");
        var shape = new long[rank];
        fixed (long* dimensions = shape)
        {
            runtime.Check(runtime.Api->GetDimensions(tensorInfo, dimensions, rank), "reading a shape");
        }
        return ((TensorElementType)elementType, shape);
    }

    private static string[] ReadSymbols(OrtRuntime runtime, nint tensorInfo, int rank)
    {
        var pointers = new nint[rank]; // The texts belong to tensorInfo.
        fixed (nint* symbols = pointers)
        {
            runtime.Check(runtime.Api->GetSymbolicDimensions(tensorInfo, (byte**)symbols, (nuint)rank), "reading the names of dimensions");
        }
        return Array.ConvertAll(pointers, static pointer => Marshal.PtrToStringUTF8(pointer) ?? "");
    }
}
