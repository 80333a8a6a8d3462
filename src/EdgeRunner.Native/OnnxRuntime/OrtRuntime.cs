using System.Runtime.InteropServices;

namespace EdgeRunner.Native.OnnxRuntime;

/// <summary>A loaded ONNX Runtime library and a hold on its environment. Make one for the process; sessions, tensors and run options
/// keep what they need of it alive, so it may be disposed before them. Thread-safe.</summary>
/// <remarks>Telemetry is off before the library is loaded; nothing is written and nothing sent.</remarks>
public sealed unsafe class OrtRuntime : IDisposable
{
    private readonly OrtApi* _api;
    private readonly OrtEnvHandle _environment;
    private readonly OrtMemoryInfoHandle _cpuMemory;
    private readonly Action<OrtLogEntry>? _logSink;
    private int _disposed;

    private OrtRuntime(OrtLibrary library, OrtRuntimeOptions options)
    {
        _api = library.Api;
        LibraryPath = library.Path;
        LibraryAddress = library.Base;
        Version = library.Version;
        _environment = new OrtEnvHandle(_api);
        _cpuMemory = new OrtMemoryInfoHandle(_api);
        if (options.LogSink is not null)
        {
            _logSink = options.LogSink;
            OrtLogRouter.Add(_logSink);
        }
        try
        {
            CreateEnvironment(options.MinimumSeverity);
            CreateCpuMemory();
            nint allocator;
            Check(_api->GetAllocatorWithDefaultOptions(&allocator), "getting ONNX Runtime's allocator");
            Allocator = allocator;
            BuildInformation = Text(_api->GetBuildInfoString());
            AvailableProviders = ReadProviders();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Version of the library, e.g. <c>1.30.0</c>.</summary>
    public string Version { get; }

    /// <summary>The file, or the bare name when the system's loader found it.</summary>
    public string LibraryPath { get; }

    /// <summary>An address in the library, by which its mappings are found.</summary>
    public nint LibraryAddress { get; }

    /// <summary>Version of the function table in use: 18, whatever newer ones the library has.</summary>
    public int ApiVersion { get; } = (int)OrtApi.Version;

    /// <summary>Branch, commit and flags of the build, in ONNX Runtime's words.</summary>
    public string BuildInformation { get; } = "";

    /// <summary>Execution providers built in, in ONNX Runtime's order of preference, e.g. <c>CUDAExecutionProvider</c>,
    /// <c>CPUExecutionProvider</c>. Built in does not say that the hardware is there.</summary>
    public IReadOnlyList<string> AvailableProviders { get; } = [];

    internal OrtApi* Api => _api;

    internal OrtEnvHandle Environment => _environment;

    internal OrtMemoryInfoHandle CpuMemory => _cpuMemory;

    /// <summary>ONNX Runtime's default CPU allocator; static, never released.</summary>
    internal nint Allocator { get; }

    /// <summary>Finds, checks and starts ONNX Runtime.</summary>
    /// <exception cref="OrtLibraryException">There is no usable library; the message has the fix.</exception>
    /// <exception cref="OrtException">ONNX Runtime could not start.</exception>
    public static OrtRuntime Load(OrtRuntimeOptions? options = null)
    {
        options ??= new OrtRuntimeOptions();
        return new OrtRuntime(OrtLibrary.Load(options.LibraryPath), options);
    }

    /// <summary>Lets go of the environment and the log sink. The library stays loaded.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }
        _cpuMemory.Dispose();
        _environment.Dispose();
        if (_logSink is not null)
        {
            OrtLogRouter.Remove(_logSink);
        }
    }

    internal void Check(nint status, string operation) => OrtStatus.ThrowIfFailed(_api, status, operation);

    /// <summary>Copies a text that ONNX Runtime allocated with <see cref="Allocator"/>, and frees it.</summary>
    internal string TakeText(byte* text)
    {
        var copy = Text(text);
        Check(_api->AllocatorFree(Allocator, text), "freeing a text");
        return copy;
    }

    internal static string Text(byte* text) => Marshal.PtrToStringUTF8((nint)text) ?? "";

    private void CreateEnvironment(OrtLogSeverity minimumSeverity)
    {
        nint environment;
        fixed (byte* logId = "edgerunner"u8)
        {
            Check(_api->CreateEnvWithCustomLogger(&OrtLogRouter.Write, null, (int)minimumSeverity, logId, &environment), "starting ONNX Runtime");
        }
        _environment.Own(environment);
        // On Linux the variable is what counts (OrtTelemetrySwitch); this is ONNX Runtime's documented way, and costs nothing.
        Check(_api->DisableTelemetryEvents(environment), "switching telemetry off");
    }

    private void CreateCpuMemory()
    {
        const int OrtDeviceAllocator = 0;
        const int OrtMemTypeDefault = 0;
        nint memory;
        Check(_api->CreateCpuMemoryInfo(OrtDeviceAllocator, OrtMemTypeDefault, &memory), "describing CPU memory");
        _cpuMemory.Own(memory);
    }

    private string[] ReadProviders()
    {
        byte** names;
        int count;
        Check(_api->GetAvailableProviders(&names, &count), "listing the execution providers");
        var providers = new string[count];
        for (var i = 0; i < count; i++)
        {
            providers[i] = Text(names[i]);
        }
        Check(_api->ReleaseAvailableProviders(names, count), "freeing the list of execution providers");
        return providers;
    }
}
