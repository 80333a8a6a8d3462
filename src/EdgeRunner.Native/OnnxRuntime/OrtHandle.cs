using System.Diagnostics;
using System.Runtime.InteropServices;

namespace EdgeRunner.Native.OnnxRuntime;

/// <summary>Owns one native object. Made before the native call that fills it, so nothing can leak in between.</summary>
/// <remarks>An object that needs another to outlive it (a session its environment, a value its memory) holds a reference on that
/// other's handle until it is released itself. So the order in which callers dispose, or the finalizer runs, does not matter.</remarks>
internal abstract class OrtHandle() : SafeHandle(0, ownsHandle: true)
{
    private OrtHandle? _parent;

    /// <inheritdoc />
    public override bool IsInvalid => handle == 0;

    /// <summary>Keeps the object alive for the calls of a scope: a function pointer, unlike <c>LibraryImport</c>, does not.</summary>
    /// <exception cref="ObjectDisposedException">It is released already.</exception>
    internal OrtLease Lease() => new(this);

    /// <summary>Takes over a native object, once; <paramref name="parent"/> is not released before it.</summary>
    internal void Own(nint value, OrtHandle? parent = null)
    {
        Debug.Assert(handle == 0 && value != 0, "A handle owns one object in its life.");
        var added = false;
        parent?.DangerousAddRef(ref added);
        _parent = parent;
        SetHandle(value);
    }

    /// <inheritdoc />
    protected sealed override bool ReleaseHandle()
    {
        Release(handle);
        _parent?.DangerousRelease();
        return true;
    }

    /// <summary>Calls the one native function that releases the object. Must not throw: it may run on the finalizer thread.</summary>
    private protected abstract void Release(nint value);
}
