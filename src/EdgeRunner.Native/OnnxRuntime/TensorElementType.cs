namespace EdgeRunner.Native.OnnxRuntime;

/// <summary>Element type of a tensor. The numbers are those of <c>ONNXTensorElementDataType</c> in <c>onnxruntime_c_api.h</c>,
/// which for 1 to 16 are also those of <c>TensorProto.DataType</c> in <c>onnx.proto</c>.</summary>
public enum TensorElementType
{
    /// <summary>Not a tensor, or not known.</summary>
    Undefined = 0,

    /// <summary>IEEE 754 binary32.</summary>
    Float32 = 1,

    /// <summary>Unsigned, 8 bits.</summary>
    UInt8 = 2,

    /// <summary>Signed, 8 bits.</summary>
    Int8 = 3,

    /// <summary>Unsigned, 16 bits.</summary>
    UInt16 = 4,

    /// <summary>Signed, 16 bits.</summary>
    Int16 = 5,

    /// <summary>Signed, 32 bits.</summary>
    Int32 = 6,

    /// <summary>Signed, 64 bits.</summary>
    Int64 = 7,

    /// <summary>UTF-8 text, held by ONNX Runtime; has no fixed size.</summary>
    String = 8,

    /// <summary>One byte, 0 or 1.</summary>
    Bool = 9,

    /// <summary>IEEE 754 binary16.</summary>
    Float16 = 10,

    /// <summary>IEEE 754 binary64.</summary>
    Float64 = 11,

    /// <summary>Unsigned, 32 bits.</summary>
    UInt32 = 12,

    /// <summary>Unsigned, 64 bits.</summary>
    UInt64 = 13,

    /// <summary>Two binary32.</summary>
    Complex64 = 14,

    /// <summary>Two binary64.</summary>
    Complex128 = 15,

    /// <summary>The upper 16 bits of a binary32.</summary>
    BFloat16 = 16,
}
