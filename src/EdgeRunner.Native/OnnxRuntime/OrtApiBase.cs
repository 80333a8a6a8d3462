using System.Runtime.InteropServices;

namespace EdgeRunner.Native.OnnxRuntime;

/// <summary>What <c>OrtGetApiBase</c> returns: the one symbol EdgeRunner takes from the library.</summary>
/// <seealso href="https://onnxruntime.ai/docs/api/c/struct_ort_api_base.html"/>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct OrtApiBase
{
    /// <summary>The function table of that version, or null (and a line on stderr) when the library is older.</summary>
    internal delegate* unmanaged[Cdecl]<uint, OrtApi*> GetApi;

    /// <summary>E.g. <c>1.30.0</c>; static text, never released.</summary>
    internal delegate* unmanaged[Cdecl]<byte*> GetVersionString;
}
