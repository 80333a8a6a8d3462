using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace EdgeRunner.Native.OnnxRuntime;

/// <summary>Turns an <c>OrtStatus*</c> into an exception, releasing it exactly once. The only place that touches one.</summary>
internal static unsafe class OrtStatus
{
    /// <param name="api">The function table the status came from.</param>
    /// <param name="status">What the call returned; 0 is success.</param>
    /// <param name="operation">What was attempted, as the beginning of a sentence: <c>loading model vad.onnx</c>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void ThrowIfFailed(OrtApi* api, nint status, string operation)
    {
        if (status != 0)
        {
            Throw(api, status, operation);
        }
    }

    [DoesNotReturn]
    private static void Throw(OrtApi* api, nint status, string operation)
    {
        OrtException exception;
        try
        {
            var code = (OrtErrorCode)api->GetErrorCode(status);
            // The text belongs to the status, so it is copied first. Only its ends are trimmed: what is inside is the evidence.
            exception = new OrtException(operation, code, (Marshal.PtrToStringUTF8((nint)api->GetErrorMessage(status)) ?? "").Trim());
        }
        finally
        {
            api->ReleaseStatus(status);
        }
        throw exception;
    }
}
