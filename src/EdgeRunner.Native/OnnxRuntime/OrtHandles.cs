using System.Runtime.InteropServices;

namespace EdgeRunner.Native.OnnxRuntime;

/// <summary>Owns one count on the process-wide <c>OrtEnv</c>.</summary>
internal sealed unsafe class OrtEnvHandle(OrtApi* api) : OrtHandle
{
    private protected override void Release(nint value) => api->ReleaseEnv(value);
}

/// <summary>Owns an <c>OrtSessionOptions</c>.</summary>
internal sealed unsafe class OrtSessionOptionsHandle(OrtApi* api) : OrtHandle
{
    private protected override void Release(nint value) => api->ReleaseSessionOptions(value);
}

/// <summary>Owns the options of an execution provider (<c>OrtCUDAProviderOptionsV2</c>, <c>OrtTensorRTProviderOptionsV2</c>).</summary>
internal sealed unsafe class OrtProviderOptionsHandle(delegate* unmanaged[Cdecl]<nint, void> release) : OrtHandle
{
    private protected override void Release(nint value) => release(value);
}

/// <summary>Owns an <c>OrtSession</c>.</summary>
internal sealed unsafe class OrtSessionHandle(OrtApi* api) : OrtHandle
{
    private protected override void Release(nint value) => api->ReleaseSession(value);
}

/// <summary>Owns an <c>OrtRunOptions</c>.</summary>
internal sealed unsafe class OrtRunOptionsHandle(OrtApi* api) : OrtHandle
{
    private protected override void Release(nint value) => api->ReleaseRunOptions(value);
}

/// <summary>Owns an <c>OrtValue</c>.</summary>
internal sealed unsafe class OrtValueHandle(OrtApi* api) : OrtHandle
{
    private protected override void Release(nint value) => api->ReleaseValue(value);
}

/// <summary>Owns an <c>OrtMemoryInfo</c>.</summary>
internal sealed unsafe class OrtMemoryInfoHandle(OrtApi* api) : OrtHandle
{
    private protected override void Release(nint value) => api->ReleaseMemoryInfo(value);
}

/// <summary>Owns an <c>OrtTypeInfo</c>.</summary>
internal sealed unsafe class OrtTypeInfoHandle(OrtApi* api) : OrtHandle
{
    private protected override void Release(nint value) => api->ReleaseTypeInfo(value);
}

/// <summary>Owns an <c>OrtTensorTypeAndShapeInfo</c>.</summary>
internal sealed unsafe class OrtTensorTypeAndShapeInfoHandle(OrtApi* api) : OrtHandle
{
    private protected override void Release(nint value) => api->ReleaseTensorTypeAndShapeInfo(value);
}

/// <summary>Owns an <c>OrtModelMetadata</c>.</summary>
internal sealed unsafe class OrtModelMetadataHandle(OrtApi* api) : OrtHandle
{
    private protected override void Release(nint value) => api->ReleaseModelMetadata(value);
}

/// <summary>Owns the elements of a tensor: zeroed memory on a 64-byte boundary, the alignment ONNX Runtime's own allocator gives
/// (<c>MlasGetPreferredBufferAlignment</c>: a cache line, and an AVX-512 register).</summary>
internal sealed unsafe class TensorMemoryHandle : OrtHandle
{
    private const nuint Alignment = 64;

    internal TensorMemoryHandle(nuint sizeBytes)
    {
        // An empty tensor still needs an address: ONNX Runtime takes null for "no data".
        var size = Math.Max(sizeBytes, 1);
        var memory = NativeMemory.AlignedAlloc(size, Alignment);
        NativeMemory.Clear(memory, size);
        Own((nint)memory);
    }

    private protected override void Release(nint value) => NativeMemory.AlignedFree((void*)value);
}
