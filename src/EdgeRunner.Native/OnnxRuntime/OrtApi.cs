using System.Runtime.InteropServices;

namespace EdgeRunner.Native.OnnxRuntime;

/// <summary>The function table <c>OrtApi</c>, as far as EdgeRunner calls it. Every entry is <c>slot * 8</c> bytes from the start: the
/// table only ever grows at its end, so a slot means the same in every version that has it.</summary>
/// <remarks>
/// Slots are counted from the member order of <c>struct OrtApi</c> in <c>include/onnxruntime/core/session/onnxruntime_c_api.h</c>
/// (onnxruntime 1.30), which ORT's own <c>csharp/src/Microsoft.ML.OnnxRuntime/NativeMethods.shared.cs</c> repeats in the same order.
/// <c>OrtApiTests</c> calls each of them. Names are C's. Handles are <c>nint</c>; every function that can fail returns an <c>OrtStatus*</c>,
/// null when it did not (<see cref="OrtStatus"/>).
/// </remarks>
/// <seealso href="https://onnxruntime.ai/docs/api/c/struct_ort_api.html"/>
[StructLayout(LayoutKind.Explicit)]
internal unsafe struct OrtApi
{
    /// <summary>The newest entry used is <see cref="AddExternalInitializersFromFilesInMemory"/>, which came with 1.18 (May 2024). Asking for
    /// exactly that version lets a Jetson run the build its JetPack has.</summary>
    internal const uint Version = 18;

    /// <summary>Size of an entry. Both targets (x64, arm64) are 64-bit.</summary>
    private const int P = 8;

    [FieldOffset(1 * P)] internal delegate* unmanaged[Cdecl]<nint, int> GetErrorCode;
    [FieldOffset(2 * P)] internal delegate* unmanaged[Cdecl]<nint, byte*> GetErrorMessage;
    [FieldOffset(93 * P)] internal delegate* unmanaged[Cdecl]<nint, void> ReleaseStatus;

    // Environment. The callback is void(void* param, int severity, char* category, char* logid, char* location, char* message).
    [FieldOffset(4 * P)] internal delegate* unmanaged[Cdecl]<delegate* unmanaged[Cdecl]<void*, int, byte*, byte*, byte*, byte*, void>, void*, int, byte*, nint*, nint> CreateEnvWithCustomLogger;
    [FieldOffset(6 * P)] internal delegate* unmanaged[Cdecl]<nint, nint> DisableTelemetryEvents;
    [FieldOffset(92 * P)] internal delegate* unmanaged[Cdecl]<nint, void> ReleaseEnv;
    [FieldOffset(125 * P)] internal delegate* unmanaged[Cdecl]<byte***, int*, nint> GetAvailableProviders;
    [FieldOffset(126 * P)] internal delegate* unmanaged[Cdecl]<byte**, int, nint> ReleaseAvailableProviders;
    [FieldOffset(254 * P)] internal delegate* unmanaged[Cdecl]<byte*> GetBuildInfoString;

    // Session options.
    [FieldOffset(10 * P)] internal delegate* unmanaged[Cdecl]<nint*, nint> CreateSessionOptions;
    [FieldOffset(11 * P)] internal delegate* unmanaged[Cdecl]<nint, byte*, nint> SetOptimizedModelFilePath;
    [FieldOffset(17 * P)] internal delegate* unmanaged[Cdecl]<nint, nint> DisableMemPattern;
    [FieldOffset(19 * P)] internal delegate* unmanaged[Cdecl]<nint, nint> DisableCpuMemArena;
    [FieldOffset(20 * P)] internal delegate* unmanaged[Cdecl]<nint, byte*, nint> SetSessionLogId;
    [FieldOffset(22 * P)] internal delegate* unmanaged[Cdecl]<nint, int, nint> SetSessionLogSeverityLevel;
    [FieldOffset(23 * P)] internal delegate* unmanaged[Cdecl]<nint, int, nint> SetSessionGraphOptimizationLevel;
    [FieldOffset(24 * P)] internal delegate* unmanaged[Cdecl]<nint, int, nint> SetIntraOpNumThreads;
    [FieldOffset(25 * P)] internal delegate* unmanaged[Cdecl]<nint, int, nint> SetInterOpNumThreads;
    [FieldOffset(124 * P)] internal delegate* unmanaged[Cdecl]<nint, byte*, long, nint> AddFreeDimensionOverrideByName;
    [FieldOffset(130 * P)] internal delegate* unmanaged[Cdecl]<nint, byte*, byte*, nint> AddSessionConfigEntry;
    [FieldOffset(273 * P)] internal delegate* unmanaged[Cdecl]<nint, byte, nint> SetDeterministicCompute;

    // Execution providers. Every build has the entries; one without the provider answers with a status that says so.
    [FieldOffset(170 * P)] internal delegate* unmanaged[Cdecl]<nint, nint, nint> SessionOptionsAppendExecutionProvider_TensorRT_V2;
    [FieldOffset(171 * P)] internal delegate* unmanaged[Cdecl]<nint*, nint> CreateTensorRTProviderOptions;
    [FieldOffset(172 * P)] internal delegate* unmanaged[Cdecl]<nint, byte**, byte**, nuint, nint> UpdateTensorRTProviderOptions;
    [FieldOffset(174 * P)] internal delegate* unmanaged[Cdecl]<nint, void> ReleaseTensorRTProviderOptions;
    [FieldOffset(204 * P)] internal delegate* unmanaged[Cdecl]<nint, nint, nint> SessionOptionsAppendExecutionProvider_CUDA_V2;
    [FieldOffset(205 * P)] internal delegate* unmanaged[Cdecl]<nint*, nint> CreateCUDAProviderOptions;
    [FieldOffset(206 * P)] internal delegate* unmanaged[Cdecl]<nint, byte**, byte**, nuint, nint> UpdateCUDAProviderOptions;
    [FieldOffset(208 * P)] internal delegate* unmanaged[Cdecl]<nint, void> ReleaseCUDAProviderOptions;

    [FieldOffset(279 * P)] internal delegate* unmanaged[Cdecl]<nint, byte**, byte**, nuint*, nuint, nint> AddExternalInitializersFromFilesInMemory;
    [FieldOffset(100 * P)] internal delegate* unmanaged[Cdecl]<nint, void> ReleaseSessionOptions;

    // Session and what it says of itself. Names are allocated with the given allocator and freed by the caller.
    [FieldOffset(7 * P)] internal delegate* unmanaged[Cdecl]<nint, byte*, nint, nint*, nint> CreateSession;
    [FieldOffset(8 * P)] internal delegate* unmanaged[Cdecl]<nint, void*, nuint, nint, nint*, nint> CreateSessionFromArray;
    [FieldOffset(9 * P)] internal delegate* unmanaged[Cdecl]<nint, nint, byte**, nint*, nuint, byte**, nuint, nint*, nint> Run;
    [FieldOffset(30 * P)] internal delegate* unmanaged[Cdecl]<nint, nuint*, nint> SessionGetInputCount;
    [FieldOffset(31 * P)] internal delegate* unmanaged[Cdecl]<nint, nuint*, nint> SessionGetOutputCount;
    [FieldOffset(32 * P)] internal delegate* unmanaged[Cdecl]<nint, nuint*, nint> SessionGetOverridableInitializerCount;
    [FieldOffset(33 * P)] internal delegate* unmanaged[Cdecl]<nint, nuint, nint*, nint> SessionGetInputTypeInfo;
    [FieldOffset(34 * P)] internal delegate* unmanaged[Cdecl]<nint, nuint, nint*, nint> SessionGetOutputTypeInfo;
    [FieldOffset(35 * P)] internal delegate* unmanaged[Cdecl]<nint, nuint, nint*, nint> SessionGetOverridableInitializerTypeInfo;
    [FieldOffset(36 * P)] internal delegate* unmanaged[Cdecl]<nint, nuint, nint, byte**, nint> SessionGetInputName;
    [FieldOffset(37 * P)] internal delegate* unmanaged[Cdecl]<nint, nuint, nint, byte**, nint> SessionGetOutputName;
    [FieldOffset(38 * P)] internal delegate* unmanaged[Cdecl]<nint, nuint, nint, byte**, nint> SessionGetOverridableInitializerName;
    [FieldOffset(95 * P)] internal delegate* unmanaged[Cdecl]<nint, void> ReleaseSession;

    // Run options.
    [FieldOffset(39 * P)] internal delegate* unmanaged[Cdecl]<nint*, nint> CreateRunOptions;
    [FieldOffset(46 * P)] internal delegate* unmanaged[Cdecl]<nint, nint> RunOptionsSetTerminate;
    [FieldOffset(47 * P)] internal delegate* unmanaged[Cdecl]<nint, nint> RunOptionsUnsetTerminate;
    [FieldOffset(165 * P)] internal delegate* unmanaged[Cdecl]<nint, byte*, byte*, nint> AddRunConfigEntry;
    [FieldOffset(97 * P)] internal delegate* unmanaged[Cdecl]<nint, void> ReleaseRunOptions;

    // Values.
    [FieldOffset(48 * P)] internal delegate* unmanaged[Cdecl]<nint, long*, nuint, int, nint*, nint> CreateTensorAsOrtValue;
    [FieldOffset(49 * P)] internal delegate* unmanaged[Cdecl]<nint, void*, nuint, long*, nuint, int, nint*, nint> CreateTensorWithDataAsOrtValue;
    [FieldOffset(51 * P)] internal delegate* unmanaged[Cdecl]<nint, void**, nint> GetTensorMutableData;
    [FieldOffset(53 * P)] internal delegate* unmanaged[Cdecl]<nint, nuint*, nint> GetStringTensorDataLength;
    [FieldOffset(54 * P)] internal delegate* unmanaged[Cdecl]<nint, void*, nuint, nuint*, nuint, nint> GetStringTensorContent;
    [FieldOffset(252 * P)] internal delegate* unmanaged[Cdecl]<nint, nuint, nuint, byte**, nint> GetResizedStringTensorElementBuffer;
    [FieldOffset(65 * P)] internal delegate* unmanaged[Cdecl]<nint, nint*, nint> GetTensorTypeAndShape;
    [FieldOffset(67 * P)] internal delegate* unmanaged[Cdecl]<nint, int*, nint> GetValueType;
    [FieldOffset(96 * P)] internal delegate* unmanaged[Cdecl]<nint, void> ReleaseValue;

    // Types. What CastTypeInfoToTensorInfo gives belongs to the type info; what GetTensorTypeAndShape gives belongs to the caller.
    [FieldOffset(55 * P)] internal delegate* unmanaged[Cdecl]<nint, nint*, nint> CastTypeInfoToTensorInfo;
    [FieldOffset(56 * P)] internal delegate* unmanaged[Cdecl]<nint, int*, nint> GetOnnxTypeFromTypeInfo;
    [FieldOffset(60 * P)] internal delegate* unmanaged[Cdecl]<nint, int*, nint> GetTensorElementType;
    [FieldOffset(61 * P)] internal delegate* unmanaged[Cdecl]<nint, nuint*, nint> GetDimensionsCount;
    [FieldOffset(62 * P)] internal delegate* unmanaged[Cdecl]<nint, long*, nuint, nint> GetDimensions;
    [FieldOffset(63 * P)] internal delegate* unmanaged[Cdecl]<nint, byte**, nuint, nint> GetSymbolicDimensions;
    [FieldOffset(98 * P)] internal delegate* unmanaged[Cdecl]<nint, void> ReleaseTypeInfo;
    [FieldOffset(99 * P)] internal delegate* unmanaged[Cdecl]<nint, void> ReleaseTensorTypeAndShapeInfo;

    // Memory. The default allocator is static and never released.
    [FieldOffset(69 * P)] internal delegate* unmanaged[Cdecl]<int, int, nint*, nint> CreateCpuMemoryInfo;
    [FieldOffset(94 * P)] internal delegate* unmanaged[Cdecl]<nint, void> ReleaseMemoryInfo;
    [FieldOffset(76 * P)] internal delegate* unmanaged[Cdecl]<nint, void*, nint> AllocatorFree;
    [FieldOffset(78 * P)] internal delegate* unmanaged[Cdecl]<nint*, nint> GetAllocatorWithDefaultOptions;

    // Model metadata.
    [FieldOffset(111 * P)] internal delegate* unmanaged[Cdecl]<nint, nint*, nint> SessionGetModelMetadata;
    [FieldOffset(112 * P)] internal delegate* unmanaged[Cdecl]<nint, nint, byte**, nint> ModelMetadataGetProducerName;
    [FieldOffset(113 * P)] internal delegate* unmanaged[Cdecl]<nint, nint, byte**, nint> ModelMetadataGetGraphName;
    [FieldOffset(114 * P)] internal delegate* unmanaged[Cdecl]<nint, nint, byte**, nint> ModelMetadataGetDomain;
    [FieldOffset(115 * P)] internal delegate* unmanaged[Cdecl]<nint, nint, byte**, nint> ModelMetadataGetDescription;
    [FieldOffset(158 * P)] internal delegate* unmanaged[Cdecl]<nint, nint, byte**, nint> ModelMetadataGetGraphDescription;
    [FieldOffset(116 * P)] internal delegate* unmanaged[Cdecl]<nint, nint, byte*, byte**, nint> ModelMetadataLookupCustomMetadataMap;
    [FieldOffset(117 * P)] internal delegate* unmanaged[Cdecl]<nint, long*, nint> ModelMetadataGetVersion;
    [FieldOffset(123 * P)] internal delegate* unmanaged[Cdecl]<nint, nint, byte***, long*, nint> ModelMetadataGetCustomMetadataMapKeys;
    [FieldOffset(118 * P)] internal delegate* unmanaged[Cdecl]<nint, void> ReleaseModelMetadata;
}
