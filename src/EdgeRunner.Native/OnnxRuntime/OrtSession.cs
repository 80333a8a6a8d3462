namespace EdgeRunner.Native.OnnxRuntime;

/// <summary>A loaded model, ready to run. Immutable and thread-safe: several <see cref="OrtPreparedRun"/>s may run it at once.</summary>
public sealed unsafe partial class OrtSession : IDisposable
{
    private readonly OrtSessionHandle _session;

    private OrtSession(OrtRuntime runtime, string description)
    {
        Runtime = runtime;
        Description = description;
        _session = new OrtSessionHandle(runtime.Api);
    }

    /// <summary>What the model must be given, in the order of the file.</summary>
    public IReadOnlyList<OrtValueDescription> Inputs { get; private set; } = [];

    /// <summary>What the model can give, in the order of the file.</summary>
    public IReadOnlyList<OrtValueDescription> Outputs { get; private set; } = [];

    /// <summary>Inputs that have a default in the file and may be given.</summary>
    public IReadOnlyList<OrtValueDescription> OverridableInitializers { get; private set; } = [];

    /// <summary>What the maker wrote into the model.</summary>
    public OrtModelMetadata Metadata { get; private set; } = null!;

    /// <summary>Which model, in messages: its path, or <see cref="OrtSessionSettings.LogId"/>.</summary>
    internal string Description { get; }

    internal OrtRuntime Runtime { get; }

    internal OrtSessionHandle Handle => _session;

    /// <summary>Loads a model from memory. The bytes are copied and may go afterwards. No file is opened on the model's behalf: external data
    /// comes from <see cref="OrtSessionSettings.ExternalInitializers"/>.</summary>
    /// <exception cref="OrtException">ONNX Runtime refuses the model; the message says why.</exception>
    /// <exception cref="ObjectDisposedException">The runtime is disposed.</exception>
    public static OrtSession Load(OrtRuntime runtime, ReadOnlySpan<byte> model, OrtSessionSettings? settings = null)
    {
        settings ??= new OrtSessionSettings();
        var session = new OrtSession(runtime, settings.LogId ?? "model");
        var operation = $"loading {session.Description} ({model.Length} bytes)";
        if (model.IsEmpty)
        {
            throw new OrtException(operation, OrtErrorCode.InvalidProtobuf, "the model is empty");
        }
        using var environment = runtime.Environment.Lease();
        using var builder = new OrtSessionOptionsBuilder(runtime, settings);
        using var options = builder.Lease();
        builder.CloseFileSystem(options.Value);
        nint handle;
        fixed (byte* bytes = model)
        {
            runtime.Check(runtime.Api->CreateSessionFromArray(environment.Value, bytes, (nuint)model.Length, options.Value, &handle), operation);
        }
        return session.Own(handle);
    }

    /// <summary>Loads a model from a file; external data may come from files in the same folder.</summary>
    /// <exception cref="OrtException">ONNX Runtime refuses the model, or there is no such file; the message says which.</exception>
    /// <exception cref="ObjectDisposedException">The runtime is disposed.</exception>
    public static OrtSession LoadFile(OrtRuntime runtime, string path, OrtSessionSettings? settings = null)
    {
        var session = new OrtSession(runtime, path);
        using var environment = runtime.Environment.Lease();
        using var builder = new OrtSessionOptionsBuilder(runtime, settings ?? new OrtSessionSettings());
        using var options = builder.Lease();
        nint handle;
        fixed (byte* file = NativeText.Utf8(path))
        {
            runtime.Check(runtime.Api->CreateSession(environment.Value, file, options.Value, &handle), $"loading {path}");
        }
        return session.Own(handle);
    }

    /// <summary>Fixes names and tensors of a run once, so that running is one native call. See <see cref="OrtPreparedRun"/>.</summary>
    /// <exception cref="OrtBindingException">The tensors do not fit the model; every misfit is listed.</exception>
    /// <exception cref="ObjectDisposedException">The session or a tensor is disposed.</exception>
    public OrtPreparedRun Prepare(IReadOnlyList<OrtBinding> inputs, IReadOnlyList<OrtBinding> outputs)
    {
        using var session = _session.Lease();
        OrtBindingChecker.Check(this, inputs, outputs);
        return new OrtPreparedRun(this, inputs, outputs);
    }

    /// <summary>Releases the model; prepared runs keep it until they are disposed too.</summary>
    public void Dispose() => _session.Dispose();

    private OrtSession Own(nint handle)
    {
        _session.Own(handle, Runtime.Environment);
        try
        {
            ReadDescriptions(handle);
            Metadata = ReadMetadata(handle);
            return this;
        }
        catch
        {
            Dispose();
            throw;
        }
    }
}
