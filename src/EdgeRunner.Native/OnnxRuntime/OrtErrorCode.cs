namespace EdgeRunner.Native.OnnxRuntime;

/// <summary>What ONNX Runtime says went wrong. The numbers are those of <c>OrtErrorCode</c> in <c>onnxruntime_error_code.h</c>; a newer
/// library may give others.</summary>
public enum OrtErrorCode
{
    /// <summary>Nothing.</summary>
    Ok = 0,

    /// <summary>Anything that has no code of its own, e.g. a model that cannot be initialized.</summary>
    Fail = 1,

    /// <summary>Wrong name, type, rank or value.</summary>
    InvalidArgument = 2,

    /// <summary>The model file does not exist.</summary>
    NoSuchFile = 3,

    /// <summary>No model has been loaded.</summary>
    NoModel = 4,

    /// <summary>An execution provider failed.</summary>
    EngineError = 5,

    /// <summary>An exception inside ONNX Runtime, e.g. out of memory.</summary>
    RuntimeException = 6,

    /// <summary>The bytes are not an ONNX model: truncated, or something else altogether.</summary>
    InvalidProtobuf = 7,

    /// <summary>A model is already loaded.</summary>
    ModelLoaded = 8,

    /// <summary>An operator, opset or type this build does not have.</summary>
    NotImplemented = 9,

    /// <summary>The model is ONNX, but its graph is wrong.</summary>
    InvalidGraph = 10,

    /// <summary>An execution provider failed.</summary>
    ExecutionProviderFail = 11,

    /// <summary>Loading was cancelled.</summary>
    ModelLoadCanceled = 12,

    /// <summary>The model must be compiled for this hardware first.</summary>
    ModelRequiresCompilation = 13,

    /// <summary>A thing asked for by name is not there.</summary>
    NotFound = 14,
}
