namespace EdgeRunner.Native.OnnxRuntime;

/// <summary>Why the ONNX Runtime library cannot be used.</summary>
public enum OrtLibraryProblem
{
    /// <summary>There is no such file in any of the places.</summary>
    NotFound,

    /// <summary>The file is there, but the dynamic loader refuses it: another architecture, a missing dependency, not a library.</summary>
    NotLoadable,

    /// <summary>A library, but not ONNX Runtime.</summary>
    NotOnnxRuntime,

    /// <summary>ONNX Runtime, but older than EdgeRunner needs.</summary>
    TooOld,
}
