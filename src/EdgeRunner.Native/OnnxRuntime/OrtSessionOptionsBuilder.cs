using System.Buffers;

namespace EdgeRunner.Native.OnnxRuntime;

/// <summary>An <c>OrtSessionOptions</c> filled from <see cref="OrtSessionSettings"/>. Keeps external weights pinned: dispose it after the
/// session is made, not before.</summary>
internal sealed unsafe partial class OrtSessionOptionsBuilder : IDisposable
{
    private readonly OrtRuntime _runtime;
    private readonly OrtSessionOptionsHandle _options;
    private readonly List<MemoryHandle> _pinned = [];

    internal OrtSessionOptionsBuilder(OrtRuntime runtime, OrtSessionSettings settings)
    {
        _runtime = runtime;
        _options = new OrtSessionOptionsHandle(runtime.Api);
        try
        {
            nint options;
            Check(runtime.Api->CreateSessionOptions(&options));
            _options.Own(options);
            Apply(options, settings);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    internal OrtLease Lease() => _options.Lease();

    public void Dispose()
    {
        _options.Dispose();
        _pinned.ForEach(static pin => pin.Dispose());
        _pinned.Clear();
    }

    /// <summary>Sends a model loaded from bytes to a folder that has nothing, when it asks for external data it was not given. ONNX
    /// Runtime would otherwise look in the working directory. Older libraries (before 1.21) do not know the key and ignore it.</summary>
    internal void CloseFileSystem(nint options) => AddConfig(options, "session.model_external_initializers_file_folder_path", "/proc/self/fdinfo/none");

    private void Apply(nint options, OrtSessionSettings settings)
    {
        var api = _runtime.Api;
        if (settings.IntraOpThreads < 0 || settings.InterOpThreads < 0)
        {
            throw new ArgumentException($"Numbers of threads are 0 or more; given are {settings.IntraOpThreads} (intra-op) and {settings.InterOpThreads} (inter-op)", nameof(settings));
        }
        Check(api->SetIntraOpNumThreads(options, settings.IntraOpThreads));
        Check(api->SetInterOpNumThreads(options, settings.InterOpThreads));
        if (settings.IntraOpThreads > 1 && settings.WorkerCpus.Count > 0)
        {
            // One group for each thread but the caller's; ONNX Runtime numbers processors from 1.
            var group = string.Join(',', settings.WorkerCpus.Select(cpu => cpu + 1));
            AddConfig(options, "session.intra_op_thread_affinities", string.Join(';', Enumerable.Repeat(group, settings.IntraOpThreads - 1)));
        }
        AddConfig(options, "session.intra_op.allow_spinning", settings.AllowSpinning ? "1" : "0");
        AddConfig(options, "session.inter_op.allow_spinning", settings.AllowSpinning ? "1" : "0");
        Check(api->SetSessionGraphOptimizationLevel(options, (int)settings.GraphOptimization));
        if (!settings.CpuArena)
        {
            Check(api->DisableCpuMemArena(options));
        }
        if (!settings.MemoryPattern)
        {
            Check(api->DisableMemPattern(options));
        }
        Check(api->SetDeterministicCompute(options, settings.Deterministic ? (byte)1 : (byte)0));
        if (settings.OptimizedModelPath is not null)
        {
            fixed (byte* path = NativeText.Utf8(settings.OptimizedModelPath))
            {
                Check(api->SetOptimizedModelFilePath(options, path));
            }
            AddConfig(options, "session.save_model_format", settings.OptimizedModelAsOrtFormat ? "ORT" : "ONNX");
        }
        if (settings.LogId is not null)
        {
            fixed (byte* id = NativeText.Utf8(settings.LogId))
            {
                Check(api->SetSessionLogId(options, id));
            }
        }
        foreach (var (dimension, size) in settings.DimensionOverrides)
        {
            fixed (byte* name = NativeText.Utf8(dimension))
            {
                Check(api->AddFreeDimensionOverrideByName(options, name, size));
            }
        }
        AddExternalInitializers(options, settings.ExternalInitializers);
        AppendProviders(options, settings.Providers);
    }

    private void AddExternalInitializers(nint options, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> files)
    {
        if (files.Count == 0)
        {
            return;
        }
        var names = new nint[files.Count];
        var contents = new nint[files.Count];
        var lengths = new nuint[files.Count];
        var i = 0;
        foreach (var (name, content) in files)
        {
            names[i] = Pin(NativeText.Utf8(name));
            contents[i] = Pin(content);
            lengths[i++] = (nuint)content.Length;
        }
        fixed (nint* namePointers = names, contentPointers = contents)
        fixed (nuint* lengthPointer = lengths)
        {
            Check(_runtime.Api->AddExternalInitializersFromFilesInMemory(options, (byte**)namePointers, (byte**)contentPointers, lengthPointer, (nuint)files.Count));
        }
    }

    private nint Pin(ReadOnlyMemory<byte> memory)
    {
        var pin = memory.Pin();
        _pinned.Add(pin);
        return (nint)pin.Pointer;
    }

    private void AddConfig(nint options, string key, string value)
    {
        fixed (byte* keyText = NativeText.Utf8(key), valueText = NativeText.Utf8(value))
        {
            Check(_runtime.Api->AddSessionConfigEntry(options, keyText, valueText));
        }
    }

    private void Check(nint status) => _runtime.Check(status, "setting session options");
}
