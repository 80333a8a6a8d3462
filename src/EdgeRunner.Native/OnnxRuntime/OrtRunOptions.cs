namespace EdgeRunner.Native.OnnxRuntime;

/// <summary>Options of a run that may change from run to run, and the way to break one off. Thread-safe.</summary>
public sealed unsafe class OrtRunOptions : IDisposable
{
    private readonly OrtRuntime _runtime;
    private readonly OrtRunOptionsHandle _options;

    /// <summary>Makes options that change nothing yet.</summary>
    /// <exception cref="OrtException">ONNX Runtime is out of memory.</exception>
    public OrtRunOptions(OrtRuntime runtime)
    {
        _runtime = runtime;
        _options = new OrtRunOptionsHandle(runtime.Api);
        nint options;
        runtime.Check(runtime.Api->CreateRunOptions(&options), "making run options");
        _options.Own(options);
    }

    internal OrtRunOptionsHandle Handle => _options;

    /// <summary>Breaks off every run that uses these options, between two operators, and every later one, until <see cref="ClearTerminate"/>.
    /// Such a run fails with <see cref="OrtErrorCode.Fail"/>.</summary>
    public void Terminate()
    {
        using var options = _options.Lease();
        _runtime.Check(_runtime.Api->RunOptionsSetTerminate(options.Value), "breaking off runs");
    }

    /// <summary>Allows runs again.</summary>
    public void ClearTerminate()
    {
        using var options = _options.Lease();
        _runtime.Check(_runtime.Api->RunOptionsUnsetTerminate(options.Value), "allowing runs");
    }

    /// <summary>Gives the unused memory of the CPU arena back at the end of each run with these options. For one run after loading or after an
    /// unusually large input, not for every run.</summary>
    public void ShrinkArenaAfterRun()
    {
        using var options = _options.Lease();
        fixed (byte* key = "memory.enable_memory_arena_shrinkage"u8, value = "cpu:0"u8)
        {
            _runtime.Check(_runtime.Api->AddRunConfigEntry(options.Value, key, value), "setting run options");
        }
    }

    /// <summary>Releases the options once no run uses them.</summary>
    public void Dispose() => _options.Dispose();
}
