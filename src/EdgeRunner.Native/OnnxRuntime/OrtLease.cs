namespace EdgeRunner.Native.OnnxRuntime;

/// <summary>One reference on an <see cref="OrtHandle"/>, for the length of a <c>using</c>. Allocates nothing.</summary>
internal readonly ref struct OrtLease
{
    private readonly OrtHandle _handle;

    internal OrtLease(OrtHandle handle)
    {
        var added = false;
        handle.DangerousAddRef(ref added);
        _handle = handle;
        Value = handle.DangerousGetHandle();
    }

    /// <summary>The native pointer; valid until <see cref="Dispose"/>.</summary>
    internal nint Value { get; }

    public void Dispose() => _handle.DangerousRelease();
}
